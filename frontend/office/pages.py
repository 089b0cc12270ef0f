"""Every handler of the office."""

from litestar import Router

from frontend.audit.pages import OFFICE_AUDIT
from frontend.email_templates.pages import OFFICE_TEMPLATES
from frontend.office.api_keys.pages import API_KEY_PAGES
from frontend.office.devices.pages import DEVICE_PAGES
from frontend.office.guard import require_office
from frontend.office.marketing.views import show_marketing, take_marketing
from frontend.office.offline_rules.views import OFFLINE_RULE_PAGES
from frontend.office.overview.views import show_office
from frontend.office.policy.views import show_policy, take_policy
from frontend.office.review.views import show_review, take_decision
from frontend.office.rewards.archive import take_reward_archive, take_reward_restore
from frontend.office.rewards.editor import show_new, show_reward, take_new_reward, take_reward
from frontend.office.rewards.views import show_rewards, take_reward_move
from frontend.office.staff.pages import STAFF_PAGES
from frontend.office.stores.views import show_stores
from frontend.office.webhooks.pages import WEBHOOK_PAGES

OFFICE = Router(
    path="/",
    before_request=require_office,
    route_handlers=[
        show_office,
        show_rewards,
        take_reward_move,
        show_new,
        take_new_reward,
        show_reward,
        take_reward,
        take_reward_archive,
        take_reward_restore,
        OFFICE_TEMPLATES,
        show_marketing,
        take_marketing,
        show_stores,
        show_policy,
        take_policy,
        show_review,
        take_decision,
        STAFF_PAGES,
        DEVICE_PAGES,
        OFFLINE_RULE_PAGES,
        API_KEY_PAGES,
        WEBHOOK_PAGES,
        OFFICE_AUDIT,
    ],
)
