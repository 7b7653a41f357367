//! The whole system in one process: what `template.yaml` would deploy, with local replacements for
//! the services of AWS.
//!
//! Invariant: only the `AppState` of a function differs from that of a deployed one: the engines'
//! addresses, the secrets, and, in tests, the clock, the randomness and the clients. Two stacks
//! with the same DynamoDB address and secrets are two instances of one system.

mod options;

use std::{
    collections::{BTreeMap, HashMap},
    iter,
    sync::Arc,
};

use shared::{app::AppState, aws::Clients, runtime::Function, settings::Settings};
use tokio::task::JoinSet;

pub use self::options::{ClientsOf, EngineAddresses, StackOptions};
use crate::{
    connections::Server,
    consumer::ConsumerTarget,
    content_admin::{ContentAdmin, ContentError},
    data_folder::DataFolder,
    dynamodb::Engine,
    functions,
    gateway::{Gateway, INTEGRATION_LIMIT, Target},
    queue::{DeadLetter, Queue},
    route_table::RouteTable,
    schedule::Scheduled,
    sns_recorder::{Recorder, TopicMessage},
    stack_error::StackError,
    table,
    template::{Deployment, FunctionDefinition, StandIns, Template},
};

/// A running stack. Its engines end when it is dropped or stopped.
pub struct Stack {
    pub gateway: Gateway,
    pub recorder: Recorder,
    pub deployment: Deployment,
    /// By logical id.
    pub secrets: BTreeMap<String, String>,
    pub dynamodb_endpoint: String,
    pub sns_endpoint: String,
    /// The queue that the topic feeds, if the template has one.
    pub queue: Option<Queue>,
    queue_consumer: Option<ConsumerTarget>,
    scheduled: Vec<Scheduled>,
    states: HashMap<String, AppState>,
    engine: Option<Engine>,
    sns: Option<Server>,
    _data: Option<DataFolder>,
}

impl Stack {
    /// Starts everything that `template` would deploy, and creates the tables if there are none.
    pub async fn start(template: &Template, options: StackOptions) -> Result<Self, StackError> {
        let mut options = options;
        options.apply_local_defaults(template);
        // Check before creating the data folder: an invalid parameter must not leave one behind.
        let data = options.check(template)?.data_folder()?;
        let secrets = options.secrets(template, data.as_ref())?;
        let stand_ins =
            StandIns { table_name: options.table_name.clone(), secrets: secrets.clone() };
        let deployment = template.resolve(&options.overrides, &stand_ins)?;
        functions::check(&template.groups())?;

        let recorder = Recorder::new(options.clock.clone(), options.on_message.clone());
        if let Some(topic) = code_topic(&deployment.functions) {
            recorder.record_codes(topic);
        }
        let engine = options.start_engine(data.as_ref()).await?;
        let sns = options.start_recorder(&recorder).await?;
        let dynamodb_endpoint =
            options.dynamodb_endpoint.clone().or(engine.as_ref().map(Engine::endpoint));
        let sns_endpoint = options.sns_endpoint.clone().or(sns.as_ref().map(Server::url));
        let endpoints = Endpoints {
            dynamodb: dynamodb_endpoint.unwrap_or_default(),
            sns: sns_endpoint.unwrap_or_default(),
        };
        let settings = endpoints.settings(&deployment.functions)?;
        if let Some((_, settings)) = settings.first() {
            let clients = Clients::new(&settings.aws);
            for table in iter::once(&deployment.table).chain(&deployment.other_tables) {
                table::create_table_if_absent(&clients.dynamodb, table).await?;
            }
        }
        let states = options.states(settings);
        let (queue, queue_consumer) =
            queue_consumer(&deployment.functions, &states, &recorder, &options).unzip();
        let scheduled = scheduled(&deployment.functions, &states, &options);
        Ok(Self {
            gateway: gateway(&deployment.functions, &states, &options)?,
            recorder,
            deployment,
            secrets,
            dynamodb_endpoint: endpoints.dynamodb,
            sns_endpoint: endpoints.sns,
            queue,
            queue_consumer,
            scheduled,
            states,
            engine,
            sns,
            _data: data,
        })
    }

    /// Publishes the repository's content and, if the Petstore is enabled, its samples, unless the
    /// table has some already.
    pub async fn seed(&self) -> Result<(), ContentError> {
        let is_open = |state: &&AppState| state.settings.shop().is_ok_and(|shop| shop.enabled);
        if let Some(state) = self.state("petstore").filter(is_open) {
            state.store.load_samples(state.now()).await.map_err(ContentError::Store)?;
        }
        let Some(state) = self.state("app-info") else { return Ok(()) };
        ContentAdmin::new(state.store.clone())
            .publish_if_empty(app_info::SAMPLE, state.now())
            .await
            .map(drop)
    }

    /// Runs what each function does at its start: it opens connections and publishes its keys.
    pub async fn prepare(&self) {
        for state in self.states.values() {
            state.prepare().await;
        }
    }

    /// Delivers the queue's messages to its consumer until none is visible.
    pub async fn deliver(&self) {
        if let (Some(queue), Some(consumer)) = (&self.queue, &self.queue_consumer) {
            queue.deliver(consumer).await;
        }
    }

    /// Runs the consumers until the set is dropped: two concurrent instances for the queue, and one
    /// for each schedule.
    pub fn run_consumers(&self) -> JoinSet<()> {
        let mut workers = JoinSet::new();
        if let (Some(queue), Some(consumer)) = (&self.queue, &self.queue_consumer) {
            for _ in 0..2 {
                workers.spawn(queue.clone().keep_delivering(consumer.clone()));
            }
        }
        for scheduled in &self.scheduled {
            workers.spawn(scheduled.clone().keep_running());
        }
        workers
    }

    pub fn queue_consumer(&self) -> Option<&ConsumerTarget> {
        self.queue_consumer.as_ref()
    }

    /// All consumers: that of the queue and those of the schedules.
    pub fn consumers(&self) -> impl Iterator<Item = &ConsumerTarget> {
        self.queue_consumer.iter().chain(self.scheduled.iter().map(|scheduled| &scheduled.target))
    }

    pub fn scheduled(&self) -> &[Scheduled] {
        &self.scheduled
    }

    /// The log level of the functions, which is the same for all.
    pub fn log_level(&self) -> &str {
        let mut levels = self
            .deployment
            .functions
            .iter()
            .filter_map(|function| function.environment.get("LOG_LEVEL"));
        levels.next().map_or("info", String::as_str)
    }

    /// The variables of a group's function, including those that Lambda sets.
    pub fn environment(&self, group: &str) -> Option<HashMap<String, String>> {
        let function = self.deployment.functions.iter().find(|function| function.group == group)?;
        let endpoints =
            Endpoints { dynamodb: self.dynamodb_endpoint.clone(), sns: self.sns_endpoint.clone() };
        Some(endpoints.environment(function))
    }

    /// The state of a group's function.
    pub fn state(&self, group: &str) -> Option<&AppState> {
        self.states.get(group)
    }

    /// Finds a function by its group or its logical id in the template.
    pub fn function(&self, name: &str) -> Option<&Function> {
        let named =
            |function: &&FunctionDefinition| function.group == name || function.logical_id == name;
        self.deployment
            .functions
            .iter()
            .find(named)
            .and_then(|function| self.gateway.function(&function.group))
    }

    /// Stops the engines. Everything written is in the data folder.
    pub async fn stop(self) {
        let engine = async {
            if let Some(engine) = self.engine {
                engine.stop().await;
            }
        };
        let sns = async {
            if let Some(sns) = self.sns {
                sns.stop().await;
            }
        };
        tokio::join!(engine, sns);
    }
}

/// The addresses of AWS's APIs for the functions.
struct Endpoints {
    dynamodb: String,
    sns: String,
}

impl Endpoints {
    /// The settings of each function, with the sections that it reads.
    fn settings(
        &self,
        functions: &[FunctionDefinition],
    ) -> Result<Vec<(String, Settings)>, StackError> {
        let read = |function: &FunctionDefinition| {
            let needs = functions::sections(&function.group);
            let settings = Settings::from_variables(&self.environment(function), &needs);
            let settings = settings.map_err(|error| StackError::Config {
                function: function.logical_id.clone(),
                error,
            })?;
            Ok((function.group.clone(), settings))
        };
        functions.iter().map(read).collect()
    }

    /// The variables that the template and Lambda set.
    fn environment(&self, function: &FunctionDefinition) -> HashMap<String, String> {
        let set_by_lambda = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb),
            ("AWS_ENDPOINT_URL_SNS", &self.sns),
        ];
        let mut variables = function.environment.clone();
        variables.extend(set_by_lambda.map(|(name, value)| (name.to_owned(), value.to_owned())));
        variables
    }
}

/// The topic for the team's own sender.
fn code_topic(functions: &[FunctionDefinition]) -> Option<&String> {
    functions.iter().find_map(|function| function.environment.get("CODE_TOPIC_ARN"))
}

/// The queue, subscribed to its topic, and its consumer.
fn queue_consumer(
    functions: &[FunctionDefinition],
    states: &HashMap<String, AppState>,
    recorder: &Recorder,
    options: &StackOptions,
) -> Option<(Queue, ConsumerTarget)> {
    let (function, definition) =
        functions.iter().find_map(|function| Some((function, function.queue.clone()?)))?;
    let target = consumer_target(function, states, options)?;
    let (topic, dead_letters) = (definition.topic.clone(), definition.dead_letters_topic.clone());
    let queue = Queue::new(definition, options.clock.clone());
    if let Some(topic) = topic {
        let queue = queue.clone();
        recorder.subscribe(&topic, Arc::new(move |published| drop(queue.send(published.text))));
    }
    if let Some(topic) = dead_letters {
        let queue = queue.clone();
        let add = move |TopicMessage { text: body, mut attributes }: TopicMessage| {
            queue.add_dead_letter(DeadLetter { body, reason: attributes.remove("reason") });
        };
        recorder.subscribe(&topic, Arc::new(add));
    }
    Some((queue, target))
}

fn scheduled(
    functions: &[FunctionDefinition],
    states: &HashMap<String, AppState>,
    options: &StackOptions,
) -> Vec<Scheduled> {
    let scheduled = |function: &FunctionDefinition| {
        function.schedule.as_ref()?;
        let target = consumer_target(function, states, options)?;
        Some(Scheduled { id: function.logical_id.clone(), target })
    };
    functions.iter().filter_map(scheduled).collect()
}

/// Starts a consumer.
fn consumer_target(
    function: &FunctionDefinition,
    states: &HashMap<String, AppState>,
    options: &StackOptions,
) -> Option<ConsumerTarget> {
    let consumer = functions::consumer(&function.group)?;
    let app = states.get(&function.group)?.clone();
    (consumer.start)(&app);
    let timeout = options.invocation_timeout.unwrap_or(function.timeout);
    Some(ConsumerTarget { consumer, app, timeout })
}

fn gateway(
    functions: &[FunctionDefinition],
    states: &HashMap<String, AppState>,
    options: &StackOptions,
) -> Result<Gateway, StackError> {
    let keys = functions
        .iter()
        .flat_map(|function| function.routes.iter().map(|key| (key, &function.group)));
    let routes = RouteTable::new(keys.map(|(key, group)| (key.clone(), group.clone())).collect());
    let routes = routes.map_err(StackError::DuplicateRoute)?;
    let target = |function: &FunctionDefinition| {
        let served = functions::routes(&function.group)?;
        let state = states.get(&function.group)?.clone();
        let timeout = options.invocation_timeout.unwrap_or(function.timeout.min(INTEGRATION_LIMIT));
        let target = Target { function: Function::new(served, state), timeout };
        Some((function.group.clone(), target))
    };
    Ok(Gateway::new(routes, functions.iter().filter_map(target).collect(), options.clock.clone()))
}
