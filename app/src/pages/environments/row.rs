use keyrack_types::environments::{EnvStatus, EnvironmentView, LayerView};
use leptos::prelude::*;

use super::{actions::actions, state::Page};
use crate::{
    components::icon::{Glyph, Icon},
    format::count,
};

/// One environment. Its elements stay while its state changes, so that the focus stays too.
pub(super) fn row(page: Page, name: String) -> Option<impl IntoView> {
    let find = {
        let name = name.clone();
        move || page.overview.read().environments.iter().find(|env| env.name == name).cloned()
    };
    let first = find()?;
    // A row may be asked once more after its environment is gone.
    let env = Memo::new(move |last: Option<&EnvironmentView>| find().unwrap_or_else(|| last.unwrap_or(&first).clone()));
    let status = Memo::new(move |_| env.read().status);
    let title = Memo::new(move |_| env.read().display_name.clone());
    let layers = Memo::new(move |_| env.read().layers.clone());
    let address = Memo::new(move |_| env.read().address.clone());
    let lines = Memo::new(move |_| env.read().last_lines.clone());
    let short = name.clone();
    Some(view! {
        <tr role="row" class="env">
            <th role="rowheader" scope="row" class="env-name">
                <span class="env-title">{title}</span>
                <code class="muted" hidden=move || *title.read() == short>
                    {name.clone()}
                </code>
            </th>
            <td role="cell" class="env-status">
                <span class=move || tone(status.get())>{move || status.get().label()}</span>
            </td>
            <td role="cell" class="env-layers">
                {move || layers.read().iter().map(layer).collect_view()}
            </td>
            <td role="cell" class="env-address">
                {move || address.get().map(link)}
            </td>
            <td role="cell" class="env-actions">
                {actions(page, name, status)}
            </td>
            {move || (!lines.read().is_empty()).then(|| last_lines(&lines.read()))}
        </tr>
    })
}

/// The words say the status; shape and colour of the dot repeat it.
const fn tone(status: EnvStatus) -> &'static str {
    match status {
        EnvStatus::Running => "status running",
        EnvStatus::Stopped => "status stopped",
        EnvStatus::Sleeping => "status sleeping",
        EnvStatus::Broken => "status broken",
        EnvStatus::Unknown => "status unknown",
        _ => "status changing",
    }
}

fn layer(layer: &LayerView) -> impl IntoView + use<> {
    let image = layer.nodes.first().map(|node| node.image.clone());
    view! {
        <span class="layer">
            <code>{layer.name.clone()}</code>
            " "
            {count(layer.nodes.len(), "node", "nodes")}
            " "
            <span class="muted">{image}</span>
        </span>
    }
}

fn link(address: String) -> impl IntoView {
    let text = address.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned();
    view! {
        <a href=address target="_blank" rel="noopener">
            {text}
            <Icon glyph=Glyph::ExternalLink />
            <span class="visually-hidden">" (opens in a new tab)"</span>
        </a>
    }
}

fn last_lines(lines: &[String]) -> impl IntoView + use<> {
    let text = lines.join("\n");
    view! {
        <td role="cell" class="env-lines">
            <details>
                <summary>"Last lines of its log"</summary>
                // Focusable, so that the keyboard can scroll it.
                <pre tabindex="0">{text}</pre>
            </details>
        </td>
    }
}
