//! Which command lines are accepted and which are rejected.

use shared::wallet::Listed;

use super::token::TokenCommand;
use super::*;
use crate::template::Overrides;

fn parsed(line: &str) -> Result<Cli, String> {
    let arguments = std::iter::once("satchel").chain(line.split_whitespace());
    Cli::try_parse_from(arguments).map_err(|error| error.to_string())
}

#[test]
fn serve_is_the_default_command() {
    for line in
        ["", "--port 4000 --memory --set CodeTries=3", "serve --port 4000 --host 0.0.0.0 --data x"]
    {
        let cli = parsed(line).unwrap();
        assert!(matches!(cli.command, None | Some(Command::Serve(_))), "{line}");
    }
}

#[test]
fn a_parameter_may_hold_an_equals_sign_and_be_repeated() {
    let cli = parsed("--set TestNumbers=+15550100=123456@2026-12-31 --set A=").unwrap();
    let expected = [("TestNumbers", "+15550100=123456@2026-12-31"), ("A", "")];
    assert_eq!(
        cli.serve_overrides(),
        expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    );
}

#[test]
fn invalid_arguments_are_rejected() {
    let invalid = [
        "--port 99999",
        "--set NoValue",
        "--set =x",
        "--memory --data x",
        "--dynamodb-endpoint localhost",
        "--nonsense",
        "token operator --key k --scope s --why w --minutes 16",
        "token operator --key k --why w",
        "token operator --key k --scope s --why w --customer c",
        "token operator --key k --scope s --why w --amount 5",
        "token operator --key k --scope s --why w --currency USD",
        "token operator --key k --scope s --why w --amount 0 --currency USD",
        "token operator --key k --scope s --why w --amount 5 --currency XXX",
        "invoke auth",
        "customer disable +14155550123",
        "customer disable +14155550123 --why w --table t",
        "customer disable +14155550123 --why w --secrets f",
        "customer disable +14155550123 --why w --table t --secrets f --data d",
        "customer close +14155550123 --why w",
        "content",
        "content push",
        "content push f --data d --table t",
        "content push f --region r",
        "content rollback f",
        "costs --customers 0",
        "costs --customers many",
        "costs --profile f",
        "costs --set LogSampling=10",
        "costs --customers 1000 --set LogSampling",
        "costs --customers 1000 --millis 20",
        "doctor",
        "doctor --stack s --table t",
        "doctor --stack s --dynamodb-endpoint http://127.0.0.1:8000",
        "wallet show",
        "wallet show --ledger l",
        "wallet show --ledger 019aac3f-0000-7000-8000-000000000001 \
         --customer 019aac3f-0000-7000-8000-000000000001",
        "wallet correct --ledger 019aac3f-0000-7000-8000-000000000001 --currency USD --why w",
        "wallet correct --ledger 019aac3f-0000-7000-8000-000000000001 --keep entries --why w",
        "wallet correct --ledger 019aac3f-0000-7000-8000-000000000001 --currency USD \
         --keep entries",
        "move-in",
        "move-in d --table t --secrets s",
        "move-in d --table t --countries SA",
        "move-in d --suggest-mapping --mapping m",
        "move-in d --rate 0",
        "move-in d --as-of yesterday",
        "move-out",
        "move-out --out o --table t",
        "notify --title t",
        "notify --phone +14155550123",
        "notify --phone +14155550123 --all --title t",
        "notify --all --title t --data [1]",
        "notify --all --title t --region r",
        "notify --all --title t --topic arn --port 3000",
        "notify --all --title t --table t",
        "notify --phone +14155550123 --title t --topic arn --table t",
        "notify --phone +14155550123 --title t --detach",
        "notify --stop i --title t",
        "notify --stop i --all",
        "notify --cancel i --title t",
        "notify --phone +14155550123 --title t --country SA",
        "notify --cancel i --topic arn",
        "notify --cancel i --all",
        "notify --stop i --link https://example.com",
        "notify --all --silent --title t",
        "notify --all --silent --critical",
        "audit --table t --data d",
        "audit --region r",
        "clean-up --table t",
        "restored delete-again --table t",
        "restored delete-again --table t --journal j --since 2026-11-27T08:00:00Z",
        "restored disable-again --table t",
        "restored disable-again --old-table o",
    ];
    for line in invalid {
        assert!(parsed(line).is_err(), "{line}");
    }
}

#[test]
fn valid_arguments_are_accepted() {
    let valid = [
        "token keygen --out k",
        "token operator --key k --scope a --scope b --why w --minutes 15 \
         --customer 019aac3f-0000-7000-8000-000000000001 --amount 1250 --currency KWD",
        "token operator --key k --scope a --why w",
        "invoke auth event.json --memory",
        "customer disable +14155550123 --why w",
        "customer enable +14155550123 --why w --data d",
        "customer disable +14155550123 --why w --table t --secrets f --region r \
         --dynamodb-endpoint http://127.0.0.1:8000",
        "content push f",
        "content push f --yes --data d",
        "content push f --table t --region r --dynamodb-endpoint http://127.0.0.1:8000",
        "content rollback --yes --table t",
        "content show --data d",
        "wallet show --ledger 019aac3f-0000-7000-8000-000000000001 --entry ENTRY#USD#1",
        "wallet show --ledger 019aac3f-0000-7000-8000-000000000001 --currency= --entry=",
        "wallet correct --customer 019aac3f-0000-7000-8000-000000000001 --currency USD \
         --keep balance --why w --accept-broken --yes --table t",
        "restored delete-again --table t --journal j --region r",
        "restored disable-again --table t --old-table o --dynamodb-endpoint http://127.0.0.1:8000",
        "engines --host 10.0.0.1 --dynamodb-port 1 --sns-port 2",
        "audit",
        "audit --data d",
        "audit --table t --region r --dynamodb-endpoint http://127.0.0.1:8000",
        "doctor --stack s --region r --endpoint http://127.0.0.1:8000",
        "doctor --table t --region r --dynamodb-endpoint http://127.0.0.1:8000",
        "notify --phone +14155550123 --title t --body b --type order --data {} --critical --id i",
        "notify --all --title t --topic arn --region r --sns-endpoint http://127.0.0.1:8001",
        "notify --customer c --title t --port 4000",
        "notify --all --title t --topic arn --table t --dynamodb-endpoint http://127.0.0.1:8000",
        "notify --all --title t --detach",
        "notify --cancel i",
        "notify --cancel i --table t --region r --dynamodb-endpoint http://127.0.0.1:8000",
        "notify --all --title t --send-at 2026-12-24T18:00:00Z",
        "notify --all --title t --country SA --country AE --language ar --platform ios",
        "notify --all --silent --data {} --ttl 60 --collapse-key k",
        "notify --all --title t --image-url u --sound s --android-channel c --category c --link l",
        "notify --stop i --topic arn",
    ];
    for line in valid {
        assert!(parsed(line).is_ok(), "{line}");
    }
}

#[test]
fn a_token_that_moves_money_needs_customer_amount_and_currency() {
    let customer = "--customer 019aac3f-0000-7000-8000-000000000001";
    for (arguments, is_complete) in [
        (String::new(), false),
        (customer.to_owned(), false),
        ("--amount 5 --currency USD".to_owned(), false),
        (format!("{customer} --amount 5 --currency USD"), true),
    ] {
        for scope in ["wallet:credit", "wallet:reverse", "other --scope wallet:credit"] {
            let line = format!("token operator --key k --why w --scope {scope} {arguments}");
            let Ok(Cli { command: Some(Command::Token(command)), .. }) = parsed(&line) else {
                panic!("{line} is rejected")
            };
            let TokenCommand::Operator(args) = command else { panic!("{line} is of another kind") };
            assert_eq!(args.grant().is_ok(), is_complete, "{line}");
        }
    }
}

impl Cli {
    fn serve_overrides(&self) -> Overrides {
        self.serve.stack().overrides()
    }
}

#[test]
fn a_wallet_is_shown_with_its_key() {
    let ledger = "019aac3f-0000-7000-8000-000000000001";
    let customer = "019aac3f-0000-7000-8000-00000000c001";
    for (owner, head) in [
        (
            Some(customer),
            [
                format!("ledger {ledger} of customer {customer}"),
                format!("pk WALLET#{customer}, sk WALLET"),
            ],
        ),
        (
            None,
            [
                format!("ledger {ledger} of an erased customer"),
                format!("pk WALLET#LEDGER#{ledger}, sk WALLET"),
            ],
        ),
    ] {
        let customer = owner.map(|id| id.parse().unwrap());
        let listed = Listed { ledger: ledger.parse().unwrap(), customer };
        assert_eq!(wallet_view::head(&listed), head);
    }
}
