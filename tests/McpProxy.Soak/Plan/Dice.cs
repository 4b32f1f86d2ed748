namespace McpProxy.Soak.Plan;

/// <summary>Random choices.</summary>
internal static class Dice
{
    /// <summary>One of the choices, each as often as its weight says.</summary>
    public static T Choose<T>(this Random random, params IReadOnlyList<(T Choice, int Weight)> choices)
    {
        var left = random.Next(choices.Sum(choice => choice.Weight));
        foreach (var (choice, weight) in choices)
        {
            if (left < weight)
            {
                return choice;
            }

            left -= weight;
        }

        throw new InvalidOperationException("The weights are all zero.");
    }

    public static bool Chance(this Random random, int oneIn) => random.Next(oneIn) == 0;
}
