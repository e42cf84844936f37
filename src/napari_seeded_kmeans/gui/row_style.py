"""How rows with boxes to tick look in every list of the docks."""

# napari's style draws the boxes of rows dark on dark. Sky blue of Okabe and Ito: seen on both themes.
TICK_STYLE = """
QTreeView::indicator { width: 11px; height: 11px; border: 1px solid #888888; border-radius: 2px; }
QTreeView::indicator:checked { background: #56b4e9; }
QHeaderView::section { padding: 1px 2px; }
"""
