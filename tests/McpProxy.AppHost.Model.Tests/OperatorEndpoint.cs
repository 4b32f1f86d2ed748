using System.Net;
using System.Text;

namespace McpProxy.AppHost.Model.Tests;

/// <summary>Stands in for the gateway's operator endpoints: one answer, or one failure.</summary>
internal sealed class OperatorEndpoint : HttpMessageHandler
{
    private readonly Func<HttpResponseMessage> _answer;
    private readonly HttpMessageInvoker _invoker;

    public OperatorEndpoint(HttpStatusCode status, string body)
        : this(() => new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") })
    {
    }

    public OperatorEndpoint(Exception failure)
        : this(() => throw failure)
    {
    }

    private OperatorEndpoint(Func<HttpResponseMessage> answer)
    {
        _answer = answer;
        _invoker = new HttpMessageInvoker(this, disposeHandler: false);
        Client = new OperatorClient(_invoker, new Uri("http://gateway.test:8080"), "the-key");
    }

    public OperatorClient Client { get; }

    /// <summary>Method, address and credentials of the last request; null before the first.</summary>
    public string? Asked { get; private set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked = $"{request.Method} {request.RequestUri} {request.Headers.Authorization}";
        return Task.FromResult(_answer());
    }

    protected override void Dispose(bool disposing)
    {
        _invoker?.Dispose();
        base.Dispose(disposing);
    }
}
