"""Files: images, seeds and models, read with care and written safely."""
