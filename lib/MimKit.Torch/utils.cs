namespace MimKit.Torch;

public static partial class torch
{
    public static partial class nn
    {
        public static class utils
        {
            /// <summary>Scales all gradients so that their norm together is at most <paramref name="max_norm"/>. Reads the norm back: in a loop on a GPU use the runtime's <c>Gradients</c>.</summary>
            /// <returns>the norm before</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using var scope = NewDisposeScope();
                using var off = no_grad();
                var gradients = tensors.Select(p => p.grad).OfType<Tensor>().ToArray();
                if (gradients.Length == 0) return 0;
                var norm = linalg.vector_norm(stack(gradients.Select(g => linalg.vector_norm(g, norm_type).to(float64))), norm_type).item<double>();
                var factor = Math.Min(1, max_norm / (norm + 1e-6));
                foreach (var g in gradients) g.mul_(factor);
                return norm;
            }

            /// <summary>Cuts every gradient to ±<paramref name="clip_value"/>.</summary>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var scope = NewDisposeScope();
                using var off = no_grad();
                foreach (var p in tensors) p.grad?.clamp_(-clip_value, clip_value);
            }

            /// <summary>All values one after the other, [number of values].</summary>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors) => cat(tensors.Select(p => p.reshape(-1)));

            /// <summary>Writes <see cref="parameters_to_vector"/>'s values back.</summary>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                using var off = no_grad();
                var at = 0L;
                foreach (var p in tensors)
                {
                    p.copy_(vec.narrow(0, at, p.numel()).reshape(p.shape));
                    at += p.numel();
                }
                if (at != vec.numel()) throw new ArgumentException($"The vector has {vec.numel()} values, the parameters {at}.");
            }
        }
    }
}
