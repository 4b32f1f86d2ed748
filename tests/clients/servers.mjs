// The two servers that the checks run against: how each spells the features that both have.

/** The npm package `@modelcontextprotocol/server-everything`. */
const serverEverything = {
  info: { name: 'mcp-servers/everything', title: 'Everything Reference Server' },
  instructions: 'Everything Server',
  capabilities: ['tools', 'prompts', 'resources', 'logging', 'completions', 'tasks'],
  tools: ['echo', 'get-sum', 'get-env', 'get-tiny-image', 'get-structured-content', 'trigger-long-running-operation'],
  listChangedAfterInitialized: true,
  tasks: true,
  carriesLoneSurrogates: true,
  largeEcho: 9_999_990,

  echo: (text) => call('echo', { message: text }),
  echoOf: (result) => result.content[0].text.slice('Echo: '.length),
  add: (a, b) => call('get-sum', { a, b }),
  sumOf: (result) => Number(/is (-?\d+)\.$/.exec(result.content[0].text)[1]),
  slow: (milliseconds, steps) => call('trigger-long-running-operation', { duration: milliseconds / 1000, steps }),
  sampling: () => call('trigger-sampling-request', { prompt: 'what is the weather?', maxTokens: 17 }),
  elicitation: () => call('trigger-elicitation-request', {}),
  roots: () => call('get-roots-list', {}),

  prompt: { name: 'args-prompt', arguments: { city: 'Paris', state: 'Texas' }, text: "What's weather in Paris, Texas?" },
  embeddedPrompt: { name: 'resource-prompt', arguments: { resourceType: 'Text', resourceId: '7' } },
  promptCompletion: {
    ref: { type: 'ref/prompt', name: 'completable-prompt' },
    argument: { name: 'department', value: 'S' },
    values: ['Sales', 'Support'],
  },
  contextCompletion: {
    ref: { type: 'ref/prompt', name: 'completable-prompt' },
    argument: { name: 'name', value: '' },
    context: { arguments: { department: 'Marketing' } },
    values: ['Grace', 'Henry', 'Iris'],
  },
  textResource: { uri: 'demo://resource/dynamic/text/3', text: 'Resource 3' },
  blobResource: { uri: 'demo://resource/dynamic/blob/4', text: 'Resource 4' },
  unknownResource: 'demo://no/such/resource',
  templates: 2,
  subscribable: ['demo://resource/dynamic/text/11', 'demo://resource/dynamic/text/12'],
};

/** `samples/McpProxy.Samples.Everything` of this repository. */
const sample = {
  info: { name: 'everything-server', title: 'Everything Sample Server', version: '1.0.0' },
  instructions: 'conformance suite',
  capabilities: ['tools', 'prompts', 'resources', 'logging', 'completions'],
  tools: ['echo', 'add', 'large_result', 'slow', 'ask_roots', 'ask_sampling', 'ask_elicitation', 'touch_resource'],
  listChangedAfterInitialized: false,
  tasks: false,
  // System.Text.Json refuses a lone surrogate, as RFC 8259 section 8.2 lets it.
  carriesLoneSurrogates: false,
  largeEcho: 3_000_008,
  pages: 3,
  modern: true,

  echo: (text) => call('echo', { value: text }),
  echoOf: (result) => result.structuredContent.value,
  add: (a, b) => call('add', { a, b }),
  sumOf: (result) => Number(result.content[0].text),
  slow: (milliseconds, steps, label) => call('slow', { milliseconds, steps, label }),
  sampling: () => call('ask_sampling', {}),
  elicitation: () => call('ask_elicitation', {}),
  roots: () => call('ask_roots', {}),
  large: (bytes) => call('large_result', { bytes }),
  touch: (uri) => call('touch_resource', { uri }),
  changeLists: () => call('change_lists', {}),
  lastCancelled: () => call('last_cancelled', {}),
  lastCancelledLabel: (result) => result.structuredContent.last?.label,
  logLevels: () => call('log_levels', {}),

  prompt: {
    name: 'test_prompt_with_arguments',
    arguments: { arg1: 'hello', arg2: 'world' },
    text: "Prompt with arguments: arg1='hello', arg2='world'",
  },
  embeddedPrompt: { name: 'test_prompt_with_embedded_resource', arguments: { resourceUri: 'test://example-resource' } },
  promptCompletion: {
    ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
    argument: { name: 'arg1', value: 'par' },
    values: ['paris', 'park', 'party'],
  },
  contextCompletion: {
    ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
    argument: { name: 'arg2', value: '' },
    context: { arguments: { arg1: 'test' } },
    values: ['test-one', 'test-two'],
  },
  textResource: { uri: 'test://static-text', text: 'This is the content' },
  blobResource: { uri: 'test://static-binary', text: '\u0089PNG' },
  unknownResource: 'test://no/such/resource',
  templates: 2,
  subscribable: ['test://watched-resource', 'test://static-text'],
};

export const servers = { 'server-everything': serverEverything, sample };

function call(name, args) {
  return { name, arguments: args };
}
