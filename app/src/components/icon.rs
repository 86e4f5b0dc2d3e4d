//! Icons, all from one sprite that the browser loads once.

use leptos::prelude::*;

/// An icon of the sprite `public/icons.svg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    ArrowDown,
    ArrowUp,
    Bell,
    BookOpen,
    Calendar,
    Check,
    ChevronDown,
    ChevronLeft,
    ChevronRight,
    CircleAlert,
    CircleCheck,
    CircleX,
    Clock,
    Copy,
    Download,
    ExternalLink,
    Eye,
    EyeOff,
    Fingerprint,
    History,
    Info,
    KeyRound,
    Layers,
    ListChecks,
    ListTodo,
    LoaderCircle,
    Lock,
    LogOut,
    Minus,
    Monitor,
    Pencil,
    Play,
    Plus,
    RefreshCw,
    RotateCw,
    Search,
    Server,
    Settings,
    Share,
    ShieldCheck,
    Square,
    Terminal,
    Trash,
    TriangleAlert,
    User,
    UserPlus,
    Users,
    X,
}

impl Glyph {
    /// The symbol's place in the sprite.
    pub const fn href(self) -> &'static str {
        match self {
            Glyph::ArrowDown => "/icons.svg#arrow-down",
            Glyph::ArrowUp => "/icons.svg#arrow-up",
            Glyph::Bell => "/icons.svg#bell",
            Glyph::BookOpen => "/icons.svg#book-open",
            Glyph::Calendar => "/icons.svg#calendar",
            Glyph::Check => "/icons.svg#check",
            Glyph::ChevronDown => "/icons.svg#chevron-down",
            Glyph::ChevronLeft => "/icons.svg#chevron-left",
            Glyph::ChevronRight => "/icons.svg#chevron-right",
            Glyph::CircleAlert => "/icons.svg#circle-alert",
            Glyph::CircleCheck => "/icons.svg#circle-check",
            Glyph::CircleX => "/icons.svg#circle-x",
            Glyph::Clock => "/icons.svg#clock",
            Glyph::Copy => "/icons.svg#copy",
            Glyph::Download => "/icons.svg#download",
            Glyph::ExternalLink => "/icons.svg#external-link",
            Glyph::Eye => "/icons.svg#eye",
            Glyph::EyeOff => "/icons.svg#eye-off",
            Glyph::Fingerprint => "/icons.svg#fingerprint",
            Glyph::History => "/icons.svg#history",
            Glyph::Info => "/icons.svg#info",
            Glyph::KeyRound => "/icons.svg#key-round",
            Glyph::Layers => "/icons.svg#layers",
            Glyph::ListChecks => "/icons.svg#list-checks",
            Glyph::ListTodo => "/icons.svg#list-todo",
            Glyph::LoaderCircle => "/icons.svg#loader-circle",
            Glyph::Lock => "/icons.svg#lock",
            Glyph::LogOut => "/icons.svg#log-out",
            Glyph::Minus => "/icons.svg#minus",
            Glyph::Monitor => "/icons.svg#monitor",
            Glyph::Pencil => "/icons.svg#pencil",
            Glyph::Play => "/icons.svg#play",
            Glyph::Plus => "/icons.svg#plus",
            Glyph::RefreshCw => "/icons.svg#refresh-cw",
            Glyph::RotateCw => "/icons.svg#rotate-cw",
            Glyph::Search => "/icons.svg#search",
            Glyph::Server => "/icons.svg#server",
            Glyph::Settings => "/icons.svg#settings",
            Glyph::Share => "/icons.svg#share-2",
            Glyph::ShieldCheck => "/icons.svg#shield-check",
            Glyph::Square => "/icons.svg#square",
            Glyph::Terminal => "/icons.svg#terminal",
            Glyph::Trash => "/icons.svg#trash-2",
            Glyph::TriangleAlert => "/icons.svg#triangle-alert",
            Glyph::User => "/icons.svg#user",
            Glyph::UserPlus => "/icons.svg#user-plus",
            Glyph::Users => "/icons.svg#users",
            Glyph::X => "/icons.svg#x",
        }
    }
}

/// A decorative icon, as large as the text around it. The words beside it, or the control's `aria-label`, carry the
/// meaning; screen readers pass over it. `class` adds to `icon`, for example `spin`.
#[component]
pub fn Icon(glyph: Glyph, #[prop(optional)] class: &'static str) -> impl IntoView {
    // Joined here: the class attribute has to be one text.
    let class = if class.is_empty() { "icon".to_owned() } else { format!("icon {class}") };
    view! {
        <svg class=class aria-hidden="true" focusable="false">
            <use href=glyph.href()></use>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::Glyph;

    #[test]
    fn every_glyph_stands_in_the_sprite() {
        let sprite = include_str!("../../../public/icons.svg");
        for glyph in [
            Glyph::ArrowDown,
            Glyph::ArrowUp,
            Glyph::Bell,
            Glyph::BookOpen,
            Glyph::Calendar,
            Glyph::Check,
            Glyph::ChevronDown,
            Glyph::ChevronLeft,
            Glyph::ChevronRight,
            Glyph::CircleAlert,
            Glyph::CircleCheck,
            Glyph::CircleX,
            Glyph::Clock,
            Glyph::Copy,
            Glyph::Download,
            Glyph::ExternalLink,
            Glyph::Eye,
            Glyph::EyeOff,
            Glyph::Fingerprint,
            Glyph::History,
            Glyph::Info,
            Glyph::KeyRound,
            Glyph::Layers,
            Glyph::ListChecks,
            Glyph::ListTodo,
            Glyph::LoaderCircle,
            Glyph::Lock,
            Glyph::LogOut,
            Glyph::Minus,
            Glyph::Monitor,
            Glyph::Pencil,
            Glyph::Play,
            Glyph::Plus,
            Glyph::RefreshCw,
            Glyph::RotateCw,
            Glyph::Search,
            Glyph::Server,
            Glyph::Settings,
            Glyph::Share,
            Glyph::ShieldCheck,
            Glyph::Square,
            Glyph::Terminal,
            Glyph::Trash,
            Glyph::TriangleAlert,
            Glyph::User,
            Glyph::UserPlus,
            Glyph::Users,
            Glyph::X,
        ] {
            let id = glyph.href().strip_prefix("/icons.svg#").unwrap();
            assert!(sprite.contains(&format!("<symbol id=\"{id}\"")), "{id}");
        }
    }
}
