using System.Diagnostics;
using System.Globalization;
using System.Net;
using McpProxy.Floor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

// floor PORT COMMAND [ARGUMENT]...   pipes each POST to COMMAND as a line, and its next line back: as the answer, or,
//                                    where the POST names the stream of a GET, as an event on that
// floor PORT                         answers each POST with its own body: what a client can do at most
if (args is not [var port, .. var command])
{
    await Console.Error.WriteLineAsync("floor PORT [COMMAND [ARGUMENT]...]");
    return 2;
}

using var child = command is [var program, .. var arguments]
    ? Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })
    : null;
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
});
builder.Services.AddLogging(logging => logging.ClearProviders());
await using var app = builder.Build();
app.Run(child is null ? PostEndpoint.EchoAsync : Serve(LinePipe.Start(child)));
await app.RunAsync();
child?.Kill();
return 0;

static RequestDelegate Serve(LinePipe pipe)
{
    var (post, sse) = (new PostEndpoint(pipe), new SseEndpoint(pipe));
    return context => context.Request switch
    {
        { Method: "GET" } => sse.OpenAsync(context),
        { QueryString.HasValue: true } => sse.PostAsync(context),
        _ => post.PipeAsync(context),
    };
}
