//! Settings → Members: who is in the account, with what role, and who is invited.

mod invitations;
mod invite;
#[cfg(feature = "ssr")]
mod page;
mod remove;
mod state;
mod table;
mod token_disposition;

#[cfg(feature = "ssr")]
pub use self::page::MembersPage;

use keyrack_types::members::MemberList;
use leptos::prelude::*;

use self::{
    invitations::Invitations,
    invite::InviteDialog,
    remove::RemoveDialog,
    state::{Open, Page},
    table::Members as MemberTable,
};
use crate::components::{
    client_only::{ClientOnly, client_only},
    confirm::{ConfirmPlace, Confirming},
    icon::{Glyph, Icon},
    save_once::SaveOnce,
};

/// The members and, for owners, everything that can be done about them.
#[island]
pub fn Members(initial: MemberList, viewer: String) -> impl IntoView {
    let may_manage = initial.may_manage;
    let page = Page { list: RwSignal::new(initial), confirming: Confirming::new(viewer), open: RwSignal::new(None) };
    view! {
        {may_manage
            .then(|| {
                view! {
                    <div class="row by-script">
                        <button type="button" class="button primary" on:click=move |_| page.open.set(Some(Open::Invite))>
                            <Icon glyph=Glyph::UserPlus />
                            "Invite member"
                        </button>
                    </div>
                }
            })}
        <MemberTable page may_manage />
        {may_manage.then(|| view! { <Invitations page /> })}
        {move || dialog(page)}
        <ConfirmPlace confirming=page.confirming />
    }
}

fn dialog(page: Page) -> Option<ClientOnly> {
    match page.open.get() {
        None => None,
        Some(Open::Invite) => Some(client_only(view! { <InviteDialog page /> })),
        Some(Open::Remove { member, tokens }) => Some(client_only(view! { <RemoveDialog page member tokens /> })),
        Some(Open::Save(one_time_secret)) => {
            Some(client_only(view! { <SaveOnce one_time_secret on_close=move |_| page.close() /> }))
        }
    }
}
