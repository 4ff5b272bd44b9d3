"""What readers get: the published page, its figures, and the text of the alert."""
