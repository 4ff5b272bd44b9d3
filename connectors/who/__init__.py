"""WHO's portal ICTRP, as files and as a web service, and WHO's exchange format."""
