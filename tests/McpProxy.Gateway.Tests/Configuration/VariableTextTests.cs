using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class VariableTextTests
{
    [Theory]
    [InlineData("plain $HOME {x} $", "plain $HOME {x} $")]
    [InlineData("${NAME}", "value")]
    [InlineData("a${NAME}b${NAME}c", "avaluebvaluec")]
    [InlineData("${EMPTY}", "")]
    [InlineData("${NAME:-other}", "value")]
    [InlineData("${UNSET:-other}", "other")]
    [InlineData("${EMPTY:-other}", "other")]
    [InlineData("${UNSET:-}", "")]
    [InlineData("${UNSET:-a:-b}", "a:-b")]
    [InlineData("$${NAME}", "${NAME}")]
    [InlineData("$$${NAME}", "$${NAME}")]
    [InlineData("${NAME}$${NAME}", "value${NAME}")]
    [InlineData("${DOLLAR}", "${NAME}")]
    public void Fill_Text_IsFilledOnce(string text, string expected)
    {
        Assert.Null(VariableText.Fill(text, Variable, out var filled));
        Assert.Equal(expected, filled);
    }

    [Theory]
    [InlineData("${UNSET}", "the environment variable UNSET is not set; ${UNSET:-default} gives it a default")]
    [InlineData("${NAME", "has a ${ without its }; write $${ for a plain ${")]
    [InlineData("${}", "has a ${…} that is neither ${NAME} nor ${NAME:-default}; write $${ for a plain ${")]
    [InlineData("${1}", "has a ${…} that is neither ${NAME} nor ${NAME:-default}; write $${ for a plain ${")]
    [InlineData("${env:NAME}", "has a ${…} that is neither ${NAME} nor ${NAME:-default}; write $${ for a plain ${")]
    [InlineData("${UNSET:-${NAME}}", "has a ${…} that is neither ${NAME} nor ${NAME:-default}; write $${ for a plain ${")]
    public void Fill_Mistake_IsSaidWithoutTheText(string text, string mistake) =>
        Assert.Equal(mistake, VariableText.Fill($"secret {text}", Variable, out _));

    private static string? Variable(string name) => name switch
    {
        "NAME" => "value",
        "EMPTY" => "",
        "DOLLAR" => "${NAME}",
        _ => null,
    };
}
