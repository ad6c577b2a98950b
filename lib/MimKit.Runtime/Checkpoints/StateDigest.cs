using System.Security.Cryptography;
using System.Text;

namespace MimKit.Runtime;

/// <summary>SHA-256 over names, shapes and bytes of a state, in the order of names: a checkpoint that lost a bit is not gone on from.</summary>
public static class StateDigest
{
    /// <returns>64 hexadecimal digits.</returns>
    public static string Of(IEnumerable<KeyValuePair<string, Tensor>> state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in state.OrderBy(named => named.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {tensor.dtype} {string.Join(',', tensor.shape)}\n"));
            using var scope = NewDisposeScope();
            tensor.detach().cpu().contiguous().EachPart(part => hash.AppendData(part));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
