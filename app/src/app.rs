//! Which page is at which address.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    layout::{Member, Section, redirect},
    pages::{
        account::AccountPage,
        audit::AuditPage,
        docs::{ClassPage, IndexPage},
        environments::EnvironmentsPage,
        invite::InvitePage,
        members::MembersPage,
        not_found::NotFoundPage,
        notices::NoticesPage,
        second::SecondPage,
        security::SecurityPage,
        signin::SigninPage,
        tokens::TokensPage,
    },
};

/// The app. Every page is whole before it is sent (`SsrMode::Async`), so that it works without WASM and nothing moves
/// while it arrives.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title: String| format!("{title} · Keyrack") />
        <Router>
            <FlatRoutes fallback=NotFoundPage>
                <Route path=path!("/signin") view=SigninPage ssr=SsrMode::Async />
                <Route path=path!("/signin/second") view=SecondPage ssr=SsrMode::Async />
                <Route path=path!("/invite") view=InvitePage ssr=SsrMode::Async />
                <Route path=path!("/") view=environments ssr=SsrMode::Async />
                <Route path=path!("/settings") view=settings ssr=SsrMode::Async />
                <Route path=path!("/settings/account") view=account ssr=SsrMode::Async />
                <Route path=path!("/settings/tokens") view=tokens ssr=SsrMode::Async />
                <Route path=path!("/settings/security") view=security ssr=SsrMode::Async />
                <Route path=path!("/settings/members") view=members ssr=SsrMode::Async />
                <Route path=path!("/settings/audit") view=audit ssr=SsrMode::Async />
                <Route path=path!("/notices") view=notices ssr=SsrMode::Async />
                <Route path=path!("/docs/api") view=IndexPage ssr=SsrMode::Async />
                <Route path=path!("/docs/api/:class") view=ClassPage ssr=SsrMode::Async />
            </FlatRoutes>
        </Router>
    }
    // The whole app's type would go into the names of everything that serves it: 800 MB of a debug build.
    .into_any()
}

fn environments() -> impl IntoView {
    view! {
        <Member title="Environments" section=Section::Environments>
            <EnvironmentsPage />
        </Member>
    }
}

/// Settings begin with what people come for.
fn settings() {
    redirect("/settings/tokens");
}

fn account() -> impl IntoView {
    view! {
        <Member title="Account" section=Section::Account>
            <AccountPage />
        </Member>
    }
}

fn tokens() -> impl IntoView {
    view! {
        <Member title="Access Tokens" section=Section::Tokens>
            <TokensPage />
        </Member>
    }
}

fn security() -> impl IntoView {
    view! {
        <Member title="Security" section=Section::Security>
            <SecurityPage />
        </Member>
    }
}

fn members() -> impl IntoView {
    view! {
        <Member title="Members" section=Section::Members>
            <MembersPage />
        </Member>
    }
}

fn audit() -> impl IntoView {
    view! {
        <Member title="Audit" section=Section::Audit>
            <AuditPage />
        </Member>
    }
}

fn notices() -> impl IntoView {
    view! {
        <Member title="Notices" section=Section::Notices>
            <NoticesPage />
        </Member>
    }
}
