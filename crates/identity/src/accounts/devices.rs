//! Noticing sign-ins from devices that were not seen before.

use chrono::{DateTime, Utc};

use super::sessions::SessionKind;
use crate::notices::{Notice, notify};
use keyrack_core::caller::Client;
use keyrack_core::error::Result;
use keyrack_core::secret::SecretHash;
use keyrack_core::settings::Settings;
use keyrack_core::store::Tx;
use keyrack_types::bounds::counts::DEVICES_OF_USER;
use keyrack_types::ids::UserId;

/// Notes the device, and tells the user when it is a new one. The very first is not news. Scripts are not devices: they
/// come from new addresses every day, and their sign-ins stand in the audit log. The user is locked by the caller.
pub(super) async fn note(
    tx: &mut Tx,
    settings: &Settings,
    now: DateTime<Utc>,
    user: UserId,
    kind: SessionKind,
    client: &Client,
) -> Result<()> {
    if kind == SessionKind::Api {
        return Ok(());
    }
    let device = SecretHash::of(&format!("{}\n{}", client.address, client.user_agent)).to_vec();
    let known: i64 = sqlx::query_scalar("SELECT count(*) FROM known_devices WHERE user_id = $1")
        .bind(user.0)
        .fetch_one(&mut **tx)
        .await?;
    let new = sqlx::query(
        "INSERT INTO known_devices (user_id, device_hash, seen_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(user.0)
    .bind(&device)
    .bind(now.timestamp_millis())
    .execute(&mut **tx)
    .await?;
    if known >= DEVICES_OF_USER {
        sqlx::query(
            "DELETE FROM known_devices WHERE user_id = $1 AND device_hash IN (SELECT device_hash FROM known_devices \
             WHERE user_id = $1 AND device_hash <> $2 ORDER BY seen_at LIMIT $3)",
        )
        .bind(user.0)
        .bind(&device)
        .bind(known + i64::from(new.rows_affected() == 1) - DEVICES_OF_USER)
        .execute(&mut **tx)
        .await?;
    }
    if new.rows_affected() == 1 && known > 0 {
        notify(tx, settings, now, user, None, Notice::NewDevice { client }).await?;
    }
    Ok(())
}
