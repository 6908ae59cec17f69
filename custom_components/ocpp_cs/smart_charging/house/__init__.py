"""The house: its meters, its fuse and circuits, its battery, and limits from outside."""
