use leptos::prelude::*;

/// In place of an empty list: how to make the first environment.
#[component]
pub(super) fn Empty(origin: String) -> impl IntoView {
    let curl = format!(
        r#"curl "{origin}/1.0/environment/control/rest/createenvironment" \
  -H "Authorization: Bearer $KEYRACK_TOKEN" \
  --data-urlencode 'env={{"shortdomain":"my-project"}}' \
  --data-urlencode 'nodes=[{{"nodeType":"docker","nodeGroup":"cp","count":1,"docker":{{"image":"keyrack/web:latest"}}}}]'"#
    );
    view! {
        <section class="empty panel" aria-labelledby="empty-title">
            <h2 id="empty-title">"No environments yet"</h2>
            <p>
                "An environment is a group of running processes. Make the first one through the API, with a token that may call "
                <a href="/docs/api/environment.control#CreateEnvironment">
                    <code>"CreateEnvironment"</code>
                </a> ":"
            </p>
            <pre>
                <code>{curl}</code>
            </pre>
            <p>
                <a class="button primary" href="/settings/tokens">
                    "Get a token"
                </a>
            </p>
        </section>
    }
}
