namespace MimKit.Data;

/// <summary>Data that is missing, damaged or badly described. The message says what, expected and found, and what to do.</summary>
public sealed class DataException : Exception
{
    public DataException(string message) : base(message) { }
    public DataException(string message, Exception cause) : base(message, cause) { }
}
