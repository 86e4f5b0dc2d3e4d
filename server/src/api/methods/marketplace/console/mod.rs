//! The class `marketplace.console`.

use crate::api::method::methods;

methods! {
    /// Log lines that manifests and clients write.
    clear_log::ClearLog,
    read_log::ReadLog,
    write_log::WriteLog,
}
