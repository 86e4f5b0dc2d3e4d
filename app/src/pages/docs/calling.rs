//! How any method is called, and what all of them may answer.

use std::collections::BTreeMap;

use keyrack_types::methods::MethodDoc;
use leptos::prelude::*;

use crate::request_context;

/// Address, credential, forms, answer, and the form of a token.
#[component]
pub(super) fn Calling() -> impl IntoView {
    let origin = request_context::origin();
    let stop = format!("{origin}/1.0/environment/control/rest/stopenv");
    let header =
        format!("curl \"{stop}\" \\\n  -H \"Authorization: Bearer $KEYRACK_TOKEN\" \\\n  -d envName=my-project");
    let body = format!("curl \"{stop}\" \\\n  -d session=\"$KEYRACK_TOKEN\" \\\n  -d envName=my-project");
    let query = format!("curl \"{stop}?envName=my-project&session=$KEYRACK_TOKEN\"");
    view! {
        <section aria-labelledby="calling">
            <h2 id="calling">"How to call"</h2>
            <p>
                "Every method has the address " <code>"/1.0/{service}/{class}/rest/{method}"</code>
                " and takes GET or POST. Names of methods and parameters may be written in any case; empty parameters count as absent and unknown ones are ignored. JSON comes back with "
                <code>"\"result\":0"</code> ", or with another code and an " <code>"error"</code>
                " that says why; the HTTP status is 200 either way, unless the call says "
                <code>"Accept: application/problem+json"</code> ". A POST may bring its parameters as a form or as a JSON object. The whole API is described in "
                <a href="/openapi.json" rel="external"><code>"/openapi.json"</code></a> " (OpenAPI 3.1)."
            </p>
            <div class="docs-forms">
                <div>
                    <h3>"Token in a header"</h3>
                    <p class="muted small">"The best place: headers are in no history and no log."</p>
                    <pre><code>{header}</code></pre>
                </div>
                <div>
                    <h3>"Token in the form body"</h3>
                    <p class="muted small">"As " <code>"session"</code> " or " <code>"token"</code> ", for clients that cannot set headers."</p>
                    <pre><code>{body}</code></pre>
                </div>
                <div>
                    <h3>"Token in the query"</h3>
                    <p class="muted small">
                        "Works, for clients that know no other way. Addresses end up in histories and logs of proxies, and the token with them."
                    </p>
                    <pre><code>{query}</code></pre>
                </div>
            </div>
        </section>
        <section aria-labelledby="token-form">
            <h2 id="token-form">"What a token looks like"</h2>
            <p>
                "The prefix " <code>"krp_"</code>
                ", 32 random characters and 6 that check them. Treat it as opaque; secret scanners find it by "
                <code>"krp_[0-9A-Za-z]{38}"</code> "."
            </p>
        </section>
    }
}

/// Every code that some method may answer.
#[component]
pub(super) fn Codes<'a>(methods: &'a [MethodDoc]) -> impl IntoView + use<> {
    let mut codes: BTreeMap<i64, String> = methods.iter().flat_map(|method| method.codes.iter().cloned()).collect();
    // These three are of no method alone.
    codes.insert(0, "done".to_owned());
    codes.insert(5, "there is no such service or class".to_owned());
    codes.insert(6, "the class has no such method".to_owned());
    view! {
        <section aria-labelledby="codes">
            <h2 id="codes">"Result codes"</h2>
            <CodeTable codes=codes.into_iter().collect() anchors=true />
        </section>
    }
}

/// Codes with their meaning. With `anchors`, links lead to `#code-702`: the problems that the API answers do.
#[component]
pub(super) fn CodeTable(codes: Vec<(i64, String)>, #[prop(optional)] anchors: bool) -> impl IntoView {
    let rows = codes
        .into_iter()
        .map(|(code, text)| {
            let id = anchors.then(|| format!("code-{code}"));
            view! {
                <tr id=id>
                    <th scope="row" class="figures">
                        {code}
                    </th>
                    <td>{text}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="docs-table">
            <thead>
                <tr>
                    <th scope="col">"Code"</th>
                    <th scope="col">"Meaning"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
