"""Tables that staff take out, edit and bring back: import-export under the portal's rights."""
