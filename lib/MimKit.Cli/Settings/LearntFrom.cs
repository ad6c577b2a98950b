using MimKit.Data;

namespace MimKit.Cli.Settings;

/// <summary>Opens the finished runs that a method's record names.</summary>
static class LearntFrom
{
    /// <summary>A teacher's patch features of a set's images; null where the record names no teacher.</summary>
    public static Target? Features(string teacher, ImageSet train) => teacher.Length == 0 ? null : new FeatureTarget(Trained.Dino(teacher), InputScale.Of(train.Manifest));

    /// <summary>The same for a method that has nothing else to learn from.</summary>
    public static Target NeededFeatures(string teacher, ImageSet train) => Features(teacher, train)
        ?? throw new ArgumentException("this method learns a teacher's features and none is named.\n  to do: ./mimkit teacher train dino --out RUN, then add --set Teacher=RUN");

    /// <summary>A tokenizer's codes.</summary>
    public static Target Codes(string tokenizer) => tokenizer.Length > 0 ? Trained.Tokenizer(tokenizer)
        : throw new ArgumentException("this method learns a tokenizer's codes and none is named.\n  to do: ./mimkit tokenizer train vq-kd --set Teacher=TEACHER --out RUN, then add --set Tokenizer=RUN");
}
