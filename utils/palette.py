"""The colours in which figures are drawn; utils/rendering.py puts those of a theme in their place."""

#: The colours of drawings by name: series on a white page (Okabe and Ito's palette, the bright ones darkened), then
#: lines and text, grid and secondary marks, and the page itself, for halos round labels and edges of markers.
PALETTE = {
    "blue": "#0072b2",
    "orange": "#d55e00",
    "green": "#00805e",
    "purple": "#a8508a",
    "gold": "#946c00",
    "sky": "#2f7f9e",
    "ink": "#24292f",
    "muted": "#6e7781",
    "page": "#fefefe",
}
