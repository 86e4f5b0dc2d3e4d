//! The island: everything of the page that reacts.

use keyrack_types::members::MemberList;
use leptos::prelude::*;

use super::{
    invitations::Invitations,
    invite::InviteDialog,
    remove::RemoveDialog,
    state::{Dialog, Page},
    table::MemberTable,
};
use crate::components::{
    client_only::{ClientOnly, client_only},
    icon::{Glyph, Icon},
    save_once::SaveOnce,
};

/// The members and, for owners, everything that can be done about them. `viewer`: e-mail address of who is signed in.
#[island]
pub fn MembersIsland(list: MemberList, viewer: String) -> impl IntoView {
    let may_manage = list.may_manage;
    let page = Page::new(list, viewer);
    view! {
        {may_manage
            .then(|| {
                view! {
                    <div class="row by-script">
                        <button type="button" class="button primary" on:click=move |_| page.dialogs.open(Dialog::Invite)>
                            <Icon glyph=Glyph::UserPlus />
                            "Invite member"
                        </button>
                    </div>
                }
            })}
        <MemberTable page may_manage />
        {may_manage.then(|| view! { <Invitations page /> })}
        {page.dialogs.outlet(move |dialog| draw(page, dialog))}
    }
}

fn draw(page: Page, dialog: Dialog) -> ClientOnly {
    match dialog {
        Dialog::Invite => client_only(view! { <InviteDialog page /> }),
        Dialog::Remove { member, tokens } => client_only(view! { <RemoveDialog page member tokens /> }),
        Dialog::Save(one_time_secret) => {
            client_only(view! { <SaveOnce one_time_secret on_close=move |_| page.dialogs.close() /> })
        }
    }
}
