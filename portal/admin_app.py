from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's admin with the portal's site: ``portal.admin_site`` says who may enter."""

    default_site = "portal.admin_site.PortalAdminSite"
