"""What a bundle costs on this machine, and how that is measured."""
