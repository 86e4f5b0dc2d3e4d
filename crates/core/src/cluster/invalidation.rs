//! What this server does about invalidations, its own and those of others.

use std::path::PathBuf;

use crate::core::Core;
use crate::store::Invalidation;

impl Core {
    /// Applies the invalidations of another server's notification.
    pub(super) fn apply(&self, payload: &str) {
        for line in payload.lines() {
            // What a newer server says may be more than this one understands.
            self.forget(Invalidation::from_line(line).unwrap_or(Invalidation::All));
        }
    }

    /// Applies one invalidation.
    pub fn forget(&self, change: Invalidation) {
        match change {
            Invalidation::Token(hash, id) => self.callers.forget_token(&hash, id),
            Invalidation::Session(hash) => self.callers.forget_session(&hash),
            Invalidation::User(id) => self.callers.forget_user(id),
            Invalidation::All => self.callers.forget_all(),
            Invalidation::Upload(key) => self.drop_upload_file(&hex::encode(key)),
        }
    }
}

impl Core {
    /// The folder of uploads.
    pub fn uploads_folder(&self) -> PathBuf {
        self.settings.data.join("uploads")
    }

    /// Removes the file of an upload that was removed, if this server has it. What cannot be removed now goes with a sweep.
    pub(crate) fn drop_upload_file(&self, key: &str) {
        let path = self.uploads_folder().join(key);
        // Large files take their time.
        tokio::task::spawn_blocking(move || std::fs::remove_file(path));
    }
}
