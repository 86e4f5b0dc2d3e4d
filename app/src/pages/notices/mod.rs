//! The notices of the person.

use keyrack_domain::types::{dates::readable_moment, notices::NoticeView, refusal::Refusal};
use leptos::prelude::*;

use crate::{pages::error::Message, request_context};

/// `/notices`
#[component]
pub fn NoticesPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok(notices) => view! { <Notices notices /> }.into_any(),
            Err(refusal) => view! {
                <h1>"Notices"</h1>
                <Message text=refusal.message() />
            }
            .into_any(),
        }
    })
}

async fn load() -> Result<Vec<NoticeView>, Refusal> {
    let (keyrack, caller) = request_context::signed_in()?;
    keyrack.notices.list(&caller).await.map_err(crate::refusal::of)
}

#[component]
fn Notices(notices: Vec<NoticeView>) -> impl IntoView {
    let unread = notices.iter().any(|notice| !notice.read);
    let newest = notices.first().map_or(0, |notice| notice.id);
    let empty = notices.is_empty();
    view! {
        <div class="page-head spread">
            <h1>"Notices"</h1>
            {unread
                .then(|| {
                    view! {
                        <form method="post" action="/fn/notices/read">
                            <input type="hidden" name="up_to" value=newest />
                            <button type="submit" class="button">
                                "Mark all as read"
                            </button>
                        </form>
                    }
                })}
        </div>
        {empty
            .then(|| {
                view! {
                    <p class="muted">
                        "Nothing yet. New tokens, second factors, sign-ins from new devices and tokens that are about to \
                         expire are told here."
                    </p>
                }
            })}
        <ul role="list" class="panel notices" hidden=empty>
            {notices.into_iter().map(|notice| view! { <Notice notice /> }).collect_view()}
        </ul>
    }
}

#[component]
fn Notice(notice: NoticeView) -> impl IntoView {
    view! {
        <li class=if notice.read { "notice" } else { "notice unread" }>
            <h2>
                {notice.title}
                {(!notice.read).then(|| view! { " " <span class="badge accent">"New"</span> })}
            </h2>
            <p>{notice.body}</p>
            <p class="muted small figures">{format!("{} UTC", readable_moment(notice.created))}</p>
        </li>
    }
}
