//! The page around the island.

use keyrack_domain::types::{accounts::Profile, methods::MethodInfo, refusal::Refusal, tokens::TokenList};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{TokensIsland, empty::Empty, filter::Show, find::Find, sorting::Sort};
use crate::{
    components::{
        icon::{Glyph, Icon},
        needs_scripts::NeedsScripts,
    },
    request_context,
};

/// Heading, why tokens, and the list with everything around it.
#[component]
pub fn TokensPage() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let asked = |name| query.get(name).unwrap_or_default();
    let sort = Sort::from_query(&asked("sort"));
    let (search, show) = (asked("search"), Show::by_key(&asked("show")));
    let origin = request_context::origin();
    let Profile { email: viewer, by_token, .. } = expect_context::<Profile>();
    view! {
        <section class="tokens-page" aria-labelledby="tokens-heading">
            <header class="page-head">
                <h1 id="tokens-heading">"Access Tokens"</h1>
                <p class="muted">
                    "Scripts, CI jobs and IDE plug-ins call the "<a href="/docs/api">"API"</a>
                    " with a token instead of your password. It opens only the methods you tick, and you can take it back \
                     at any time."
                </p>
            </header>
            <NeedsScripts text="Without JavaScript, tokens are listed; generating, editing and removing them need it." />
            {Suspend::new(async move {
                match load().await {
                    Ok((list, methods)) => {
                        let may_manage = list.may_manage;
                        view! {
                            <Find search=search.clone() show sort />
                            <TokensIsland list methods sort search show=show.key().to_owned() viewer by_token />
                            <Empty origin may_manage />
                        }
                            .into_any()
                    }
                    Err(refusal) => error_alert(&refusal).into_any(),
                }
            })}
        </section>
    }
}

async fn load() -> Result<(TokenList, Vec<MethodInfo>), Refusal> {
    let (keyrack, caller) = request_context::signed_in()?;
    let list = keyrack.tokens.list(&caller).await.map_err(crate::refusal::of)?;
    Ok((list, keyrack.catalog().token_methods()))
}

fn error_alert(refusal: &Refusal) -> impl IntoView {
    view! {
        <div class="alert danger" role="alert">
            <Icon glyph=Glyph::CircleAlert />
            <p>{refusal.message()}" Load the page again to try once more."</p>
        </div>
    }
}
