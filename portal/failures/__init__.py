"""What is told when the portal cannot do what was asked of it: pages that need nothing but themselves."""
