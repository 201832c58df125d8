"""What the public can be consulted about here: providers of ``portal.subjects``."""
