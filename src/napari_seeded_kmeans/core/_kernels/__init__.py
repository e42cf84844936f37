"""The compiled loops: the only package that imports numba.

Kernels are serial and release the GIL; parallelism is one level above, in
``core.threads``. A kernel trusts its caller: its docstring is its contract.
"""
