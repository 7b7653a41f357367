//! `wallet show`, `wallet correct` and `wallet credit`.

use clap::{Args, Subcommand, ValueEnum};
use shared::{
    audit::{self, LedgerCorrection},
    clock::{Clock, SystemClock},
    ids::{CustomerId, LedgerId},
    random::SystemRandom,
    store::{Store, StoreError},
    wallet::{Correction, Currency, Examined, Keep, Listed, NoCorrection, Wallet, keys},
};

use super::{
    failure::Failure,
    output::{confirmed, print_line},
    target_table::TargetTableArgs,
    wallet_credit::{self, CreditArgs},
    wallet_view,
};
use crate::log;

/// Begins the reference of every correction, which the customer sees in the statement.
const REFERENCE: &str = "Correction: ";

#[derive(Debug, Subcommand)]
pub(super) enum WalletCommand {
    /// Print a wallet, what its entries add up to, and the entries around one (read-only)
    Show(ShowArgs),
    /// Write a correcting entry, so that ledger and balance agree again; shows it and asks first
    ///
    /// No entry is changed. The correction is one transaction, and is refused if the wallet changed
    /// meanwhile. Repeating it changes nothing.
    Correct(CorrectArgs),
    /// Give a customer of the local data money to try an app with
    Credit(CreditArgs),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Subject {
    /// The ledger, as the event `ledger_broken` names it
    #[arg(long, value_name = "ID", value_parser = parsed::<LedgerId>)]
    ledger: Option<LedgerId>,
    /// The customer whose wallet it is
    #[arg(long, value_name = "ID", value_parser = parsed::<CustomerId>)]
    customer: Option<CustomerId>,
}

/// An option of which an empty value counts as none, so that a script need not leave it out.
type OrEmpty<T> = Option<T>;

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    subject: Subject,
    /// Only this currency
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true)]
    #[arg(value_parser = currency_or_empty)]
    currency: OrEmpty<Currency>,
    /// The entry to show in the middle, as the event `ledger_broken` names it
    /// [default: the newest]
    #[arg(long, value_name = "ENTRY")]
    entry: Option<String>,
    /// How many entries to show before and after it
    #[arg(long, default_value_t = 5)]
    around: usize,
    #[command(flatten)]
    target: TargetTableArgs,
}

#[derive(Debug, Args)]
pub(super) struct CorrectArgs {
    #[command(flatten)]
    subject: Subject,
    /// The currency to correct
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Currency,
    /// What is right: the entries, or the balance
    #[arg(long, value_enum)]
    keep: KeepArg,
    /// The reason; the customer sees it in the statement
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
    /// Also accept the entries that contradict the rules: the audit no longer reports them
    #[arg(long)]
    accept_broken: bool,
    /// Write without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    target: TargetTableArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KeepArg {
    /// The new balance is the sum of the entries; what is held is the sum of the open holds
    Entries,
    /// The balance stays, and the entry adds what the ledger lacks
    Balance,
}

pub(super) async fn run(command: WalletCommand) -> Result<(), Failure> {
    log::to_stderr("info");
    match command {
        WalletCommand::Show(args) => {
            with_store(&args.target, async |store| show(store, &args).await).await
        }
        WalletCommand::Correct(args) => {
            with_store(&args.target, async |store| correct(store, &args).await).await
        }
        WalletCommand::Credit(args) => wallet_credit::run(&args).await,
    }
}

async fn with_store(
    target: &TargetTableArgs,
    work: impl AsyncFnOnce(&Store) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let target = target.open().await?;
    let result = match target.store("wallet") {
        Ok(store) => work(&store).await,
        Err(failure) => Err(failure),
    };
    target.close().await;
    result
}

async fn show(store: &Store, args: &ShowArgs) -> Result<(), Failure> {
    let (listed, wallet) = find(store, &args.subject).await?;
    let named = args.entry.as_deref().and_then(keys::currency_in);
    let wanted = args.currency.or(named);
    let all = wallet.balances.keys().copied();
    let shown: Vec<Currency> = wanted.map_or_else(|| all.collect(), |one| vec![one]);
    for currency in shown {
        let examined = examine(store, &listed, currency).await?;
        wallet_view::balances(&examined).into_iter().for_each(print_line);
        let around = wallet_view::entries(&examined, args.entry.as_deref(), args.around);
        let around = around.ok_or_else(|| Failure::usage("the ledger has no such entry"))?;
        around.into_iter().for_each(print_line);
    }
    Ok(())
}

async fn correct(store: &Store, args: &CorrectArgs) -> Result<(), Failure> {
    let (listed, _) = find(store, &args.subject).await?;
    let examined = examine(store, &listed, args.currency).await?;
    let keep = match args.keep {
        KeepArg::Entries => Keep::Entries,
        KeepArg::Balance => Keep::Balance,
    };
    let reference = format!("{REFERENCE}{}", args.why);
    let now = SystemClock.now();
    let correction = match examined.correct(keep, args.accept_broken, reference, now, &SystemRandom)
    {
        Ok(correction) => correction,
        Err(NoCorrection::Agrees) => {
            print_line("ledger and balance agree: there is nothing to correct");
            return Ok(());
        }
        Err(reason) => {
            wallet_view::balances(&examined).into_iter().for_each(print_line);
            return Err(Failure::outcome(explain(reason)));
        }
    };
    wallet_view::correction(&examined, &correction).into_iter().for_each(print_line);
    if !args.yes && !confirmed("write this?")? {
        return Err(Failure::outcome("nothing was written"));
    }
    write(store, &examined, &correction, &args.why).await
}

async fn write(
    store: &Store,
    examined: &Examined,
    correction: &Correction,
    why: &str,
) -> Result<(), Failure> {
    if !store.correct(examined, correction).await.map_err(failure)? {
        return Err(Failure::outcome(
            "the wallet changed meanwhile, and nothing was written: run the command again",
        ));
    }
    let entry = &correction.entry;
    audit::record_correction(&LedgerCorrection {
        ledger: examined.listed.ledger,
        entry: entry.id,
        currency: entry.currency.code(),
        delta: entry.delta,
        why,
    });
    print_line(format_args!("written as entry {}", entry.id));
    Ok(())
}

async fn find(store: &Store, subject: &Subject) -> Result<(Listed, Wallet), Failure> {
    let listed = match (subject.ledger, subject.customer) {
        (Some(ledger), _) => store.listed_ledger(ledger).await,
        (_, Some(customer)) => store.ledger_of(customer).await,
        (None, None) => Ok(None),
    };
    let listed = listed.map_err(failure)?.ok_or_else(|| Failure::outcome("no such wallet"))?;
    // Before the wallet is read: whoever restores an unreadable one needs its key.
    wallet_view::head(&listed).into_iter().for_each(print_line);
    let wallet = store.wallet_at(&listed).await.map_err(failure)?;
    let wallet = wallet.ok_or_else(|| Failure::outcome("the wallet is being erased"))?;
    print_line(wallet_view::state(&wallet));
    Ok((listed, wallet))
}

async fn examine(store: &Store, listed: &Listed, of: Currency) -> Result<Examined, Failure> {
    let examined = store.examine(listed, of).await.map_err(failure)?;
    examined.ok_or_else(|| Failure::outcome("the wallet is being erased"))
}

fn failure(error: StoreError) -> Failure {
    match error {
        StoreError::Corrupt(_) => Failure::outcome(format_args!(
            "{error}: restore the item from a backup, see \"A ledger is broken\" in \
             functions/README.md"
        )),
        error => Failure::outcome(error),
    }
}

fn explain(reason: NoCorrection) -> String {
    match reason {
        NoCorrection::Agrees => "there is nothing to correct".to_owned(),
        NoCorrection::SumUnknown => {
            "an entry is missing, copied or unreadable, so the sum of the entries is wrong: \
             restore the entry, or use --keep balance --accept-broken"
                .to_owned()
        }
        NoCorrection::BrokenEntries(count) => format!(
            "{count} entries contradict the rules: restore them from a backup, or repeat with \
             --accept-broken"
        ),
        NoCorrection::TooManyBroken => "too many entries are broken to accept them".to_owned(),
        NoCorrection::Unsound(funds) => format!(
            "the balance would be available {}, held {}, which no wallet can have: keep the other \
             side",
            funds.available, funds.held
        ),
        NoCorrection::Leaving => {
            "the customer has left: wait until the clean-up has erased the wallet".to_owned()
        }
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| "not an id")
}

fn currency(code: &str) -> Result<Currency, &'static str> {
    code.parse().map_err(|_| "not a currency of ISO 4217 with a minor unit")
}

fn currency_or_empty(code: &str) -> Result<OrEmpty<Currency>, &'static str> {
    if code.is_empty() { Ok(None) } else { currency(code).map(Some) }
}

/// A reference has at most 140 characters.
fn reason(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if (1..=120).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err("a reason has 1 to 120 characters")
    }
}
