// What a plan's operations do on a GPU, apart from matrix products. CUDA C++ without headers, so
// that NVRTC compiles it alone for the GPU that is found.
//
// Tensors are dense and in c order. Arithmetic is float32; bfloat16 is only how elements are kept.
// The same numbers come out of every run: each sum is taken in one order, and nothing is atomic.
// Kernels of elements are run by any number of threads; kernels of rows by one block for each row,
// of a multiple of 32 threads.

#define KERNEL extern "C" __global__ void

typedef long long Index;

/* The upper half of a float32. */
struct Bfloat16 {
  unsigned short bits;
};

__device__ float load(const float* from) { return *from; }

__device__ float load(const Bfloat16* from) { return __uint_as_float((unsigned) from->bits << 16); }

__device__ void store(float* to, float x) { *to = x; }

/* Rounds to the nearest, to even where two are as near; what is no number stays none. */
__device__ void store(Bfloat16* to, float x) {
  unsigned bits = __float_as_uint(x);
  unsigned rounded = bits + 0x7fffu + (bits >> 16 & 1u);
  to->bits = (unsigned short) ((x == x ? rounded : bits | 0x400000u) >> 16);
}

/* The elements of this thread: each is that of one thread of the grid. */
#define FOR_ELEMENTS(i, count)                                               \
  for (Index i = (Index) blockIdx.x * blockDim.x + threadIdx.x; i < (count); \
       i += (Index) gridDim.x * blockDim.x)

/* The columns of this thread in the row of its block. */
#define FOR_COLUMNS(c, columns) for (int c = threadIdx.x; c < (columns); c += blockDim.x)

/* i / by, neither negative; by a division of 32 bits where these will do, since one of 64 is dear. */
__device__ Index quotient(Index i, Index by) {
  return (i | by) >> 32 == 0 ? (Index) ((unsigned) i / (unsigned) by) : i / by;
}

__device__ Index first_of_row(int columns) { return (Index) blockIdx.x * columns; }

// ---------------------------------------------------------------- reductions

struct Sum {
  __device__ static float of(float a, float b) { return a + b; }
  __device__ static float of_nothing() { return 0; }
};

/* What is no number is larger than all numbers, so that it is not lost. */
struct Maximum {
  __device__ static float of(float a, float b) { return a < b || b != b ? b : a; }
  __device__ static float of_nothing() { return __uint_as_float(0xff800000u); }
};

template <class Reduction>
__device__ float reduce_warp(float x) {
  for (int distance = 16; distance > 0; distance /= 2) {
    x = Reduction::of(x, __shfl_xor_sync(0xffffffffu, x, distance));
  }
  return x;
}

__device__ float* one_for_each_warp() {
  __shared__ float parts[32];
  return parts;
}

/* Over the x of all threads of a block; every thread gets the result. */
template <class Reduction>
__device__ float reduce_block(float x) {
  float* parts = one_for_each_warp();
  x = reduce_warp<Reduction>(x);
  __syncthreads();  // the result of an earlier call has been read
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = x;
  __syncthreads();
  float result = Reduction::of_nothing();
  for (int warp = 0; warp < (int) blockDim.x / 32; warp++) {
    result = Reduction::of(result, parts[warp]);
  }
  return result;
}

// ---------------------------------------------------------------- functions of elements

/* Numbered as by Functions.java. */
enum Function {
  LINEAR = 0,
  RECIPROCAL = 1,
  EXP = 2,
  LOG = 3,
  SOFTPLUS = 4,
  SQUARE_ROOT = 5,
  SQUARE = 6,
  ABSOLUTE = 7,
  RELU = 8,
  GELU = 9,
  TRUNCATE = 10
};

/* The share of a normal distribution below x. */
__device__ float normal_below(float x) { return 0.5f * (1 + erff(x * 0.70710678118654752f)); }

__device__ float normal_density(float x) { return 0.39894228040143268f * expf(-0.5f * x * x); }

__device__ float value(int function, float alpha, float beta, float x) {
  switch (function) {
    case LINEAR: return alpha * x + beta;
    case RECIPROCAL: return alpha / x;
    case EXP: return expf(x);
    case LOG: return logf(x);
    case SOFTPLUS: return (x < 0 ? 0 : x) + log1pf(expf(-fabsf(x)));
    case SQUARE_ROOT: return sqrtf(x);
    case SQUARE: return x * x;
    case ABSOLUTE: return fabsf(x);
    case RELU: return x < 0 ? 0 : x;
    case GELU: return x * normal_below(x);
    default: return truncf(x) + 0.0f;  // no negative zero
  }
}

__device__ float slope(int function, float alpha, float x) {
  switch (function) {
    case LINEAR: return alpha;
    case RECIPROCAL: return -alpha / (x * x);
    case EXP: return expf(x);
    case LOG: return 1 / x;
    case SOFTPLUS: return 1 / (1 + expf(-x));
    case SQUARE_ROOT: return 0.5f / sqrtf(x);
    case SQUARE: return 2 * x;
    case ABSOLUTE: return x > 0 ? 1 : x < 0 ? -1 : 0;
    case RELU: return x > 0 ? 1 : 0;
    default: return normal_below(x) + x * normal_density(x);
  }
}

template <class T>
__device__ void unary(int function, float alpha, float beta, const T* x, T* out, Index count) {
  FOR_ELEMENTS(i, count) store(out + i, value(function, alpha, beta, load(x + i)));
}

KERNEL unary_float32(
    int function, float alpha, float beta, const float* x, float* out, Index count) {
  unary(function, alpha, beta, x, out, count);
}

KERNEL unary_bfloat16(
    int function, float alpha, float beta, const Bfloat16* x, Bfloat16* out, Index count) {
  unary(function, alpha, beta, x, out, count);
}

template <class T>
__device__ void unary_gradient(
    int function, float alpha, const T* x, const T* gradient, T* out, Index count) {
  FOR_ELEMENTS(i, count) store(out + i, load(gradient + i) * slope(function, alpha, load(x + i)));
}

KERNEL unary_gradient_float32(
    int function, float alpha, const float* x, const float* gradient, float* out, Index count) {
  unary_gradient(function, alpha, x, gradient, out, count);
}

KERNEL unary_gradient_bfloat16(
    int function,
    float alpha,
    const Bfloat16* x,
    const Bfloat16* gradient,
    Bfloat16* out,
    Index count) {
  unary_gradient(function, alpha, x, gradient, out, count);
}

/* Extents of a tensor in c order, and how far apart the neighbours of another lie along each. */
struct Strided {
  int rank;
  Index extent[8];
  Index stride[8];
};

/* Where element i of the one is in the other. */
__device__ Index place(const Strided& strided, Index i) {
  Index at = 0;
  for (int d = strided.rank - 1; d > 0; d--) {
    Index outer = quotient(i, strided.extent[d]);
    at += (i - outer * strided.extent[d]) * strided.stride[d];
    i = outer;
  }
  return at + i * strided.stride[0];
}

/* Numbered as by Functions.java. */
enum Operator { ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3 };

template <class T>
__device__ void binary(
    int function, const float* a, const T* b, float* out, const Strided& repeated, Index count) {
  FOR_ELEMENTS(i, count) {
    float x = a[i];
    float y = load(b + place(repeated, i));
    switch (function) {
      case ADD: out[i] = x + y; break;
      case SUBTRACT: out[i] = x - y; break;
      case MULTIPLY: out[i] = x * y; break;
      default: out[i] = x / y;
    }
  }
}

KERNEL binary_float32(
    int function, const float* a, const float* b, float* out, Strided repeated, Index count) {
  binary(function, a, b, out, repeated, count);
}

KERNEL binary_bfloat16(
    int function, const float* a, const Bfloat16* b, float* out, Strided repeated, Index count) {
  binary(function, a, b, out, repeated, count);
}

KERNEL multiply_add(
    const float* a, const float* b, const float* c, float* out, Strided repeated, Index count) {
  FOR_ELEMENTS(i, count) out[i] = a[i] * b[place(repeated, i)] + c[i];
}

/* out [R, columns] = x [R, columns] + bias [columns] in each row. */
KERNEL add_bias_bfloat16(
    const float* x, const float* bias, Bfloat16* out, int columns, Index count) {
  FOR_ELEMENTS(i, count) store(out + i, x[i] + bias[i - quotient(i, columns) * columns]);
}

// ---------------------------------------------------------------- rows

KERNEL softmax(const float* x, float* out, int columns) {
  x += first_of_row(columns);
  out += first_of_row(columns);
  float largest = Maximum::of_nothing();
  FOR_COLUMNS(c, columns) largest = Maximum::of(largest, x[c]);
  largest = reduce_block<Maximum>(largest);
  float sum = 0;
  FOR_COLUMNS(c, columns) {
    float power = expf(x[c] - largest);
    out[c] = power;
    sum += power;
  }
  float scale = 1 / reduce_block<Sum>(sum);
  FOR_COLUMNS(c, columns) out[c] *= scale;
}

template <class T>
__device__ void softmax_gradient(const T* y, const T* gradient, T* out, int columns) {
  Index row = first_of_row(columns);
  float sum = 0;
  FOR_COLUMNS(c, columns) sum += load(y + row + c) * load(gradient + row + c);
  sum = reduce_block<Sum>(sum);
  FOR_COLUMNS(c, columns) {
    store(out + row + c, load(y + row + c) * (load(gradient + row + c) - sum));
  }
}

KERNEL softmax_gradient_float32(const float* y, const float* gradient, float* out, int columns) {
  softmax_gradient(y, gradient, out, columns);
}

KERNEL softmax_gradient_bfloat16(
    const Bfloat16* y, const Bfloat16* gradient, Bfloat16* out, int columns) {
  softmax_gradient(y, gradient, out, columns);
}

KERNEL layer_norm(
    const float* x,
    const float* weight,
    const float* bias,
    float epsilon,
    float* out,
    float* mean,
    float* variance,
    int columns) {
  x += first_of_row(columns);
  out += first_of_row(columns);
  float sum = 0;
  FOR_COLUMNS(c, columns) sum += x[c];
  float m = reduce_block<Sum>(sum) / columns;
  float squares = 0;
  FOR_COLUMNS(c, columns) squares += (x[c] - m) * (x[c] - m);
  float v = reduce_block<Sum>(squares) / columns;
  float scale = 1 / sqrtf(v + epsilon);
  FOR_COLUMNS(c, columns) out[c] = (x[c] - m) * scale * weight[c] + bias[c];
  if (threadIdx.x == 0) {
    mean[blockIdx.x] = m;
    variance[blockIdx.x] = v;
  }
}

#define WIDEST_LAYER_NORM 4096

/*
 * The gradient to x of every gridDim.x-th row, and over the rows of this block the gradients to the
 * weight and to the bias, as parts [2, gridDim.x, columns], which sum_of_rows then adds.
 */
KERNEL layer_norm_gradient(
    const float* x,
    const float* weight,
    float epsilon,
    const float* mean,
    const float* variance,
    const float* gradient,
    float* out,
    float* parts,
    int rows,
    int columns) {
  __shared__ float to_weight[WIDEST_LAYER_NORM];  // each element is that of one thread
  __shared__ float to_bias[WIDEST_LAYER_NORM];
  FOR_COLUMNS(c, columns) to_weight[c] = to_bias[c] = 0;
  for (int row = blockIdx.x; row < rows; row += gridDim.x) {
    Index first = (Index) row * columns;
    float m = mean[row];
    float scale = 1 / sqrtf(variance[row] + epsilon);
    float sum = 0;
    float product = 0;
    FOR_COLUMNS(c, columns) {
      float g = gradient[first + c];
      float normal = (x[first + c] - m) * scale;
      to_weight[c] += g * normal;
      to_bias[c] += g;
      sum += g * weight[c];
      product += g * weight[c] * normal;
    }
    sum = reduce_block<Sum>(sum) / columns;
    product = reduce_block<Sum>(product) / columns;
    FOR_COLUMNS(c, columns) {
      float normal = (x[first + c] - m) * scale;
      out[first + c] = scale * (gradient[first + c] * weight[c] - sum - normal * product);
    }
  }
  float* weight_part = parts + first_of_row(columns);
  float* bias_part = parts + (Index) gridDim.x * columns + first_of_row(columns);
  FOR_COLUMNS(c, columns) {
    weight_part[c] = to_weight[c];
    bias_part[c] = to_bias[c];
  }
}

/* out [columns] = the sum of the rows of x [rows, columns]. */
KERNEL sum_of_rows(const float* x, float* out, int rows, int columns) {
  FOR_ELEMENTS(c, columns) {
    float sum = 0;
    for (int row = 0; row < rows; row++) sum += x[(Index) row * columns + c];
    out[c] = sum;
  }
}

/* With s = x - max x: p = e^s / sum, entropy = ln sum - (sum of e^s s) / sum, finite for all x. */
KERNEL row_entropy(const float* x, float* entropy, float* probabilities, int columns) {
  x += first_of_row(columns);
  probabilities += first_of_row(columns);
  float largest = Maximum::of_nothing();
  FOR_COLUMNS(c, columns) largest = Maximum::of(largest, x[c]);
  largest = reduce_block<Maximum>(largest);
  float sum = 0;
  float weighted = 0;
  FOR_COLUMNS(c, columns) {
    float s = x[c] - largest;
    float power = expf(s);
    probabilities[c] = power;
    sum += power;
    weighted += power * s;
  }
  sum = reduce_block<Sum>(sum);
  weighted = reduce_block<Sum>(weighted);
  FOR_COLUMNS(c, columns) probabilities[c] /= sum;
  if (threadIdx.x == 0) entropy[blockIdx.x] = logf(sum) - weighted / sum;
}

/* -gradient p (ln p + entropy), with ln p = x - max x + ln max p, which is exact where p is 0. */
KERNEL row_entropy_gradient(
    const float* x,
    const float* probabilities,
    const float* entropy,
    const float* gradient,
    float* out,
    int columns) {
  Index row = first_of_row(columns);
  float largest = Maximum::of_nothing();
  float likeliest = 0;
  FOR_COLUMNS(c, columns) {
    largest = Maximum::of(largest, x[row + c]);
    likeliest = Maximum::of(likeliest, probabilities[row + c]);
  }
  largest = reduce_block<Maximum>(largest);
  float rest = entropy[blockIdx.x] + logf(reduce_block<Maximum>(likeliest));
  float factor = -gradient[blockIdx.x];
  FOR_COLUMNS(c, columns) {
    out[row + c] = probabilities[row + c] * factor * (x[row + c] - largest + rest);
  }
}

KERNEL row_sum(const float* x, float factor, float* out, int columns) {
  x += first_of_row(columns);
  float sum = 0;
  FOR_COLUMNS(c, columns) sum += x[c];
  sum = reduce_block<Sum>(sum);
  if (threadIdx.x == 0) out[blockIdx.x] = sum * factor;
}

KERNEL row_maximum(const float* x, float* out, int columns) {
  x += first_of_row(columns);
  float largest = Maximum::of_nothing();
  FOR_COLUMNS(c, columns) largest = Maximum::of(largest, x[c]);
  largest = reduce_block<Maximum>(largest);
  if (threadIdx.x == 0) out[blockIdx.x] = largest;
}

// ---------------------------------------------------------------- copies

template <class From, class To>
__device__ void permute(const From* x, To* out, const Strided& order, Index count) {
  FOR_ELEMENTS(i, count) store(out + i, load(x + place(order, i)));
}

KERNEL permute_float32_float32(const float* x, float* out, Strided order, Index count) {
  permute(x, out, order, count);
}

KERNEL permute_float32_bfloat16(const float* x, Bfloat16* out, Strided order, Index count) {
  permute(x, out, order, count);
}

KERNEL permute_bfloat16_float32(const Bfloat16* x, float* out, Strided order, Index count) {
  permute(x, out, order, count);
}

KERNEL permute_bfloat16_bfloat16(const Bfloat16* x, Bfloat16* out, Strided order, Index count) {
  permute(x, out, order, count);
}

template <class T>
__device__ void copy_rows(
    const T* from, Index from_stride, T* to, Index to_stride, Index length, Index count) {
  FOR_ELEMENTS(i, count) {
    Index row = quotient(i, length);
    Index column = i - row * length;
    to[row * to_stride + column] = from[row * from_stride + column];
  }
}

KERNEL copy_rows_float32(
    const float* from, Index from_stride, float* to, Index to_stride, Index length, Index count) {
  copy_rows(from, from_stride, to, to_stride, length, count);
}

KERNEL copy_rows_bfloat16(
    const Bfloat16* from,
    Index from_stride,
    Bfloat16* to,
    Index to_stride,
    Index length,
    Index count) {
  copy_rows(from, from_stride, to, to_stride, length, count);
}

KERNEL zero_rows(float* to, Index stride, Index length, Index count) {
  FOR_ELEMENTS(i, count) {
    Index row = quotient(i, length);
    to[row * stride + i - row * length] = 0;
  }
}

KERNEL fill_float32(float* to, float element, Index count) {
  FOR_ELEMENTS(i, count) to[i] = element;
}

KERNEL fill_bfloat16(Bfloat16* to, float element, Index count) {
  FOR_ELEMENTS(i, count) to[i].bits = (unsigned short) (__float_as_uint(element) >> 16);
}

/* The row among all tokens [B, tokens] that row [B, selected] of a selection takes. */
__device__ Index selected_row(const int* selection, int selected, int tokens, Index row) {
  return quotient(row, selected) * tokens + selection[row];
}

/* out [B, selected, columns] = rows of x [B, tokens, columns]. */
KERNEL gather(
    const int* selection,
    const float* x,
    float* out,
    int selected,
    int tokens,
    int columns,
    Index count) {
  FOR_ELEMENTS(i, count) {
    Index row = quotient(i, columns);
    Index from = selected_row(selection, selected, tokens, row);
    out[i] = x[from * columns + i - row * columns];
  }
}

/* Rows of out [B, tokens, columns] = x [B, selected, columns]; the others stay. */
KERNEL put(
    const int* selection,
    const float* x,
    float* out,
    int selected,
    int tokens,
    int columns,
    Index count) {
  FOR_ELEMENTS(i, count) {
    Index row = quotient(i, columns);
    Index to = selected_row(selection, selected, tokens, row);
    out[to * columns + i - row * columns] = x[i];
  }
}

// ---------------------------------------------------------------- after the backward pass

/*
 * A stretch of up to four tensors that belong together, as a parameter and its moments; the
 * addresses of those that there are not are null. One block works on each.
 */
struct Piece {
  float* a;
  float* b;
  float* c;
  float* d;
  Index length;
};

#define FOR_PIECE(i, piece) for (Index i = threadIdx.x; i < (piece).length; i += blockDim.x)

/*
 * a = factor b, or a += factor b. The product is rounded before it is added, so that the sum is the
 * same wherever it is made.
 */
KERNEL accumulate(const Piece* pieces, float factor, int add) {
  Piece piece = pieces[blockIdx.x];
  FOR_PIECE(i, piece) {
    float x = __fmul_rn(factor, piece.b[i]);
    piece.a[i] = add ? __fadd_rn(piece.a[i], x) : x;
  }
}

/* parts [gridDim.x] = the sum of the squares of each a. */
KERNEL squares(const Piece* pieces, float* parts) {
  Piece piece = pieces[blockIdx.x];
  float sum = 0;
  FOR_PIECE(i, piece) sum += piece.a[i] * piece.a[i];
  sum = reduce_block<Sum>(sum);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

/*
 * out [2] = the norm of which parts [count] are squares, and the factor, at most 1, that brings it
 * to the largest, 0 for no limit; no number where the norm or the loss is none. By one block.
 */
KERNEL clip_factor(
    const float* parts, const float* loss, float largest, float* out, int count) {
  float sum = 0;
  FOR_COLUMNS(i, count) sum += parts[i];
  float norm = sqrtf(reduce_block<Sum>(sum));
  if (threadIdx.x == 0) {
    float factor = largest > 0 && largest < norm + 1e-6f ? largest / (norm + 1e-6f) : 1;
    out[0] = norm;
    out[1] = factor + 0 * norm + 0 * *loss;  // 0 times what is not finite is no number
  }
}

/* Parameter a, moments b and c, gradient d; nothing is done where the factor is no number. */
KERNEL adamw(
    const Piece* pieces,
    const float* clip,
    float beta1,
    float rest1,
    float beta2,
    float rest2,
    float epsilon,
    float correction,
    float kept,
    float rate) {
  Piece piece = pieces[blockIdx.x];
  float factor = clip[1];
  if (factor != factor) return;
  FOR_PIECE(i, piece) {
    float gradient = factor * piece.d[i];
    float mean = beta1 * piece.b[i] + rest1 * gradient;
    float square = beta2 * piece.c[i] + rest2 * gradient * gradient;
    piece.b[i] = mean;
    piece.c[i] = square;
    piece.a[i] = kept * piece.a[i] - rate * (mean / (sqrtf(square) * correction + epsilon));
  }
}

/*
 * parts [2 gridDim.x] = the sums of the squares of each parameter a, and of its gradient c with a
 * share of the parameter as decay.
 */
KERNEL lars_squares(const Piece* pieces, const float* clip, float decay, float* parts) {
  Piece piece = pieces[blockIdx.x];
  float parameters = 0;
  float gradients = 0;
  FOR_PIECE(i, piece) {
    float gradient = clip[1] * piece.c[i] + decay * piece.a[i];
    parameters += piece.a[i] * piece.a[i];
    gradients += gradient * gradient;
  }
  parameters = reduce_block<Sum>(parameters);
  gradients = reduce_block<Sum>(gradients);
  if (threadIdx.x == 0) {
    parts[2 * blockIdx.x] = parameters;
    parts[2 * blockIdx.x + 1] = gradients;
  }
}

/* trust |a| / |c| of the sums in parts [2 count], 1 where a norm is 0; by all threads of a block. */
__device__ float lars_ratio(const float* parts, float trust, int count) {
  float parameters = 0;
  float gradients = 0;
  FOR_COLUMNS(i, count) {
    parameters += parts[2 * i];
    gradients += parts[2 * i + 1];
  }
  parameters = sqrtf(reduce_block<Sum>(parameters));
  gradients = sqrtf(reduce_block<Sum>(gradients));
  return parameters > 0 && gradients > 0 ? trust * parameters / gradients : 1;
}

/*
 * Parameter a, momentum b, gradient c; parts [2 count] are lars_squares' of all pieces, not read
 * where there is no trust. Nothing is done where the factor is no number.
 */
KERNEL lars(
    const Piece* pieces,
    const float* clip,
    const float* parts,
    float momentum,
    float trust,
    float decay,
    float rate,
    int count) {
  Piece piece = pieces[blockIdx.x];
  float factor = clip[1];
  if (factor != factor) return;
  float ratio = trust > 0 ? lars_ratio(parts, trust, count) : 1;
  FOR_PIECE(i, piece) {
    float gradient = factor * piece.c[i] + decay * piece.a[i];
    float moved = momentum * piece.b[i] + ratio * gradient;
    piece.b[i] = moved;
    piece.a[i] -= rate * moved;
  }
}

/* a = kept a + taken b. */
KERNEL moving_average(const Piece* pieces, float kept, float taken) {
  Piece piece = pieces[blockIdx.x];
  FOR_PIECE(i, piece) piece.a[i] = kept * piece.a[i] + taken * piece.b[i];
}
