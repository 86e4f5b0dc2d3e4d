//! Settings → Audit: who did what. Plain HTML; filters and page are in the address.

mod columns;
mod filter;
mod form;

use keyrack_domain::types::{
    audit::{AuditFilter, AuditPage as Page},
    refusal::Refusal,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub use self::filter::Asked;
use self::{columns::COLUMNS, form::Filters};
use crate::{
    components::{
        icon::{Glyph, Icon},
        table,
    },
    pages::error::Message,
    request_context,
};

/// `/settings/audit`
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let asked = Asked::read(|name| query.get(name).unwrap_or_default());
    view! {
        <div class="page-head">
            <h1>"Audit"</h1>
            <p class="muted">"Who did what, from where, with what outcome. Entries cannot be changed."</p>
        </div>
        {Suspend::new(async move {
            match load(&asked.filter, asked.before).await {
                Ok(page) => view! { <Log page asked /> }.into_any(),
                Err(Refusal::Forbidden { message }) => {
                    view! {
                        <div class="alert warning">
                            <Icon glyph=Glyph::Lock />
                            <p>{message}</p>
                        </div>
                    }
                        .into_any()
                }
                Err(refusal) => view! { <Message text=refusal.message() /> }.into_any(),
            }
        })}
    }
}

async fn load(filter: &AuditFilter, before: Option<i64>) -> Result<Page, Refusal> {
    let (keyrack, caller) = request_context::signed_in()?;
    keyrack.audit.page(&caller, filter, before).await.map_err(crate::refusal::of)
}

#[component]
fn Log(page: Page, asked: Asked) -> impl IntoView {
    let empty = page.entries.is_empty();
    let nothing = if asked.narrows() { "No entry fits these filters." } else { "Nothing has happened yet." };
    let newest = asked.before.is_some().then(|| asked.address(None));
    let older = page.older.map(|before| asked.address(Some(before)));
    let export = |kind: &str| asked.export(kind);
    let (csv, ndjson) = (export("csv"), export("ndjson"));
    let columns = COLUMNS.each_ref();
    view! {
        <Filters asked />
        <section class="panel table-frame" aria-label="Entries">
            {empty.then(|| view! { <p class="audit-empty muted">{nothing}</p> })}
            <table class="table audit-table" role="table" hidden=empty>
                {table::headings(&columns)}
                <tbody role="rowgroup">
                    {page.entries.iter().map(|entry| table::row(&columns, entry, |cell| cell)).collect_view()}
                </tbody>
            </table>
        </section>
        <nav class="audit-foot" aria-label="Pages of the log">
            {newest.map(|address| view! { <a class="button" href=address>"Newest"</a> })}
            {older.map(|address| view! { <a class="button" href=address rel="next">"Older"</a> })}
            <span class="audit-exports">
                <a class="button quiet" href=csv download>
                    <Icon glyph=Glyph::Download />
                    "Export CSV"
                </a>
                <a class="button quiet" href=ndjson download>
                    <Icon glyph=Glyph::Download />
                    "Export NDJSON"
                </a>
            </span>
        </nav>
    }
}
