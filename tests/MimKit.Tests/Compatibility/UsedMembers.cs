using System.Reflection;

namespace MimKit.Tests.Compatibility;

/// <summary>The members of MimKit.Torch that a compiled library refers to, written as TorchSharp's list writes them.</summary>
static class UsedMembers
{
    const int MemberReferences = 0x0A000000, MethodInstances = 0x2B000000;

    internal static IEnumerable<(string Type, string Member, bool OfTensor)> Of(Assembly library) =>
        References(library.ManifestModule).Where(m => m.DeclaringType?.Assembly == typeof(Torch.torch).Assembly).Select(m => (TypeName(m.DeclaringType!), Written(m), m.DeclaringType == typeof(Torch.torch.Tensor))).Distinct();

    static IEnumerable<MemberInfo> References(Module module)
    {
        foreach (var table in new[] { MemberReferences, MethodInstances })
            for (var row = 1; row < 0xFFFF; row++)
            {
                MemberInfo? member = null;
                try { member = module.ResolveMember(table | row); }
                catch (ArgumentOutOfRangeException) { break; }
                catch (Exception e) when (e is BadImageFormatException or ArgumentException) { }      // needs the type arguments of its user
                if (member is not null and not MethodInfo { IsGenericMethodDefinition: true, Name: "tensor" }) yield return member;
            }
    }

    static string TypeName(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.').Replace("MimKit.Torch.", "TorchSharp.");

    static string Written(MemberInfo member) => member is MethodBase method
        ? (method is MethodInfo m && m.Name.StartsWith("set_") && m.GetParameters().Length == 1 ? m.Name
            : $"{(method.IsConstructor ? "ctor" : method.Name)}({string.Join(",", Definition(method).GetParameters().Select(p => TypeText(p.ParameterType)))})")
        : member.Name;

    // The parameters as declared, where that can be had: Module<T, R>.forward takes a T.
    static MethodBase Definition(MethodBase method) => method is MethodInfo { IsGenericMethod: true } m ? m.GetGenericArguments() is [{ } t] && m.Name == "tensor" ? m : m.GetGenericMethodDefinition()
        : method.DeclaringType is { IsGenericType: true } d ? d.GetGenericTypeDefinition().Module.ResolveMethod(method.MetadataToken)! : method;

    static string TypeText(Type t) =>
        t.IsArray ? TypeText(t.GetElementType()!) + "[]"
        : Nullable.GetUnderlyingType(t) is { } plain ? TypeText(plain) + "?"
        : t.IsGenericType ? $"{t.Name.Split('`')[0]}<{string.Join(",", t.GetGenericArguments().Select(TypeText))}>"
        : t == typeof(long) ? "long" : t == typeof(int) ? "int" : t == typeof(double) ? "double" : t == typeof(float) ? "float" : t == typeof(bool) ? "bool" : t == typeof(string) ? "string" : t.Name;
}
