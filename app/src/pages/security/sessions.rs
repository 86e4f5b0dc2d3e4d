use keyrack_types::{accounts::SessionView, dates::readable_moment};
use leptos::{ev::SubmitEvent, prelude::*};

use crate::format::client_name;
#[cfg(feature = "hydrate")]
use crate::{
    components::{
        leave::leave_or,
        toast::{self, ToastKind},
    },
    serverfns::account::end_sessions,
};

/// Where one is signed in, and the means to end it.
#[island]
pub fn Sessions(initial: Vec<SessionView>) -> impl IntoView {
    let sessions = RwSignal::new(initial);
    let others = move || sessions.read().iter().any(|session| !session.current);
    view! {
        <section class="panel block" aria-labelledby="sessions-title">
            <h2 id="sessions-title" tabindex="-1">
                "Signed in"
            </h2>
            <ul role="list" class="sessions">
                <For
                    each=move || sessions.get()
                    key=|session| session.id
                    children=move |session| item(sessions, session)
                />
            </ul>
            <form
                method="post"
                action="/fn/account/end-sessions"
                hidden=move || !others()
                on:submit=move |event| end(&event, sessions, Vec::new())
            >
                <button type="submit" class="button">
                    "End all other sessions"
                </button>
            </form>
        </section>
    }
}

fn item(sessions: RwSignal<Vec<SessionView>>, session: SessionView) -> impl IntoView {
    let SessionView { id, current, api, .. } = session;
    let client = client_name(&session.user_agent);
    let label = format!("End {client} from {}", session.address);
    view! {
        <li class="session">
            <div>
                <p>
                    <span class="session-client" title=session.user_agent>
                        {client}
                    </span>
                    {current.then(|| view! { <span class="badge accent">"This session"</span> })}
                    {api.then(|| view! { <span class="badge">"API"</span> })}
                </p>
                <p class="muted small figures">
                    {format!(
                        "{} · since {} · last seen {} UTC",
                        session.address,
                        readable_moment(session.created),
                        readable_moment(session.last_seen),
                    )}
                </p>
            </div>
            {(!current)
                .then(|| {
                    view! {
                        <form
                            method="post"
                            action="/fn/account/end-sessions"
                            on:submit=move |event| end(&event, sessions, vec![id])
                        >
                            <input type="hidden" name="ids[0]" value=id />
                            <button type="submit" class="button quiet" aria-label=label>
                                "End"
                            </button>
                        </form>
                    }
                })}
        </li>
    }
}

/// Ends these sessions, or all others when none is named.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
fn end(event: &SubmitEvent, sessions: RwSignal<Vec<SessionView>>, ids: Vec<i64>) {
    event.prevent_default();
    #[cfg(feature = "hydrate")]
    leptos::task::spawn_local(async move {
        match end_sessions(ids).await {
            Ok(Ok(left)) => {
                sessions.set(left);
                toast::show(ToastKind::Success, "The session is ended.");
                focus_title();
            }
            Ok(Err(refusal)) => leave_or(refusal, |message| toast::show(ToastKind::Error, message)),
            Err(_) => toast::show(ToastKind::Error, "Keyrack does not answer. The session is not ended."),
        }
    });
}

/// The pressed button went with its session; the focus must not go with it.
#[cfg(feature = "hydrate")]
fn focus_title() {
    use wasm_bindgen::JsCast;
    if let Some(title) = document().get_element_by_id("sessions-title") {
        let _ = title.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
