#line 1 "attention.cu"
// Attention whose scores are nowhere in memory: softmax(scale q·kᵀ + bias)·v of each head, a tile of
// scores after the other, with the largest score and the sum of powers so far, and its gradients
// from scores that are computed again (Dao, "FlashAttention-2", 2023). The text follows kernels.cu.
//
// B images, H heads of width S, T queries, K keys. Queries are [B, T, H, S] whose tokens lie further
// apart where other things are between them, as in what one linear layer gives for queries, keys
// and values; so are keys and values. The bias [H, T, K] is that of all images. Results are
// [B, T, H, S], and numbers of rows of scores [B, T, H].
//
// A block of 64 threads works on tiles of 32 queries by 32 keys. Of a tile each thread has four rows
// and four columns, and of 32 rows of results four and WIDTH / 8 columns. WIDTH is that of a head or
// more; what is more is not written. Sums are of float32, each by one thread, or by the eight of a
// row of scores in one order.

#define TILE 32
#define ATTENTION_THREADS 64
#define SCORES_ROW (TILE + 4)  // so that the rows which are read together are in different banks
#define WIDTH_ROW (WIDTH + 4)

struct alignas(16) Four {
  float x[4];
};

__device__ Four four(const float* from) { return *(const Four*) from; }

struct Attention {
  const float* q;
  const float* k;
  const float* v;
  const float* bias;
  int q_stride;  // elements from a token to the next
  int k_stride;
  int v_stride;
  int has_bias;
  int heads;
  int queries;
  int keys;
  int width;
  float scale;
};

/* What the gradients of attention are made of. */
struct AttentionGradients {
  const float* gradient;
  const float* log_sums;
  const float* deltas;
};

/* In shared memory: two tiles of rows of a head, and one of scores. */
struct Tiles {
  float* a;
  float* b;
  float* scores;
};

#define TILES_OF(WIDTH)                                                     \
  __device__ Tiles tiles_of_##WIDTH() {                                     \
    const int ROWS = TILE * (WIDTH + 4);                                    \
    __shared__ Four memory[(2 * ROWS + TILE * SCORES_ROW) / 4];             \
    float* first = memory[0].x;                                             \
    return {first, first + ROWS, first + 2 * ROWS};                         \
  }

/* The image and the head of a block where each head of an image has so many, and which it is. */
struct Head {
  int image;
  int head;
  int tile;
  __device__ explicit Head(int heads, int tiles)
      : image(blockIdx.x / tiles / heads),
        head(blockIdx.x / tiles % heads),
        tile(blockIdx.x % tiles) {}
};

__device__ int tiles_for(int rows) { return (rows + TILE - 1) / TILE; }

/* Of so many, those from the first one of a tile on. */
__device__ int rows_of_tile(int rows, int first) {
  return rows - first < TILE ? rows - first : TILE;
}

/* The first row and column of a tile that are this thread's; the others follow 8 apart. */
__device__ int row_of_thread() { return threadIdx.x / 8; }
__device__ int column_of_thread() { return threadIdx.x % 8; }

/* Over the eight threads that have columns of the same rows. */
template <class Reduction>
__device__ float reduce_eight(float x) {
  for (int distance = 4; distance > 0; distance /= 2) {
    x = Reduction::of(x, __shfl_xor_sync(0xffffffffu, x, distance));
  }
  return x;
}

/* Rows of a head from `first` on, zeros behind the last one, and beside it where four are read. */
template <int WIDTH>
__device__ void load_tile(
    const float* x, int stride, int image, int head, int first, int rows, int width, float* tile) {
  x += ((Index) image * rows + first) * stride + head * width;
#pragma unroll 4
  for (int i = threadIdx.x; i < TILE * WIDTH; i += ATTENTION_THREADS) {
    int row = i / WIDTH;
    int column = i % WIDTH;
    if (column >= width + 3) continue;
    bool inside = first + row < rows && column < width;
    tile[row * WIDTH_ROW + column] = inside ? x[(Index) row * stride + column] : 0;
  }
}

/* The products of this thread's rows [width] of the one tile with its rows of the other. */
template <int WIDTH>
__device__ void products_of_rows(const float* a, const float* b, int width, float (&out)[4][4]) {
  a += row_of_thread() * WIDTH_ROW;
  b += column_of_thread() * WIDTH_ROW;
  for (int r = 0; r < 4; r++) {
    for (int c = 0; c < 4; c++) out[r][c] = 0;
  }
#pragma unroll 1
  for (int d = 0; d < width; d += 4) {
    Four left[4];
    Four right[4];
    for (int i = 0; i < 4; i++) {
      left[i] = four(a + 8 * i * WIDTH_ROW + d);
      right[i] = four(b + 8 * i * WIDTH_ROW + d);
    }
    for (int r = 0; r < 4; r++) {
      for (int c = 0; c < 4; c++) {
        for (int e = 0; e < 4; e++) out[r][c] += left[r].x[e] * right[c].x[e];
      }
    }
  }
}

/* Adds so many rows of x, as much of each as this thread's rows of weights say, to its sums. */
template <int WIDTH>
__device__ void add_weighted_rows(
    const float* weights, const float* x, int rows, float (&sums)[4][WIDTH / 8]) {
  weights += row_of_thread() * SCORES_ROW;
  x += 4 * column_of_thread();
#pragma unroll 1
  for (int k = 0; k < rows; k += 4) {
    Four weight[4];
    for (int r = 0; r < 4; r++) weight[r] = four(weights + 8 * r * SCORES_ROW + k);
    for (int e = 0; e < 4; e++) {
      for (int part = 0; part < WIDTH / 32; part++) {
        Four row = four(x + (k + e) * WIDTH_ROW + 32 * part);
        for (int r = 0; r < 4; r++) {
          for (int f = 0; f < 4; f++) sums[r][4 * part + f] += weight[r].x[e] * row.x[f];
        }
      }
    }
  }
}

__device__ void store_scores(const float (&scores)[4][4], float* tile) {
  tile += row_of_thread() * SCORES_ROW + column_of_thread();
  for (int r = 0; r < 4; r++) {
    for (int c = 0; c < 4; c++) tile[8 * r * SCORES_ROW + 8 * c] = scores[r][c];
  }
}

/* This thread's sums, times a factor for each row, to rows of a head from `first` on. */
template <int WIDTH>
__device__ void store_rows(
    const float (&sums)[4][WIDTH / 8],
    const float (&factors)[4],
    float* out,
    int stride,
    int image,
    int head,
    int first,
    int rows,
    int width) {
  for (int r = 0; r < 4; r++) {
    int row = first + row_of_thread() + 8 * r;
    if (row >= rows) continue;
    float* to = out + ((Index) image * rows + row) * stride + head * width;
    for (int part = 0; part < WIDTH / 32; part++) {
      for (int f = 0; f < 4; f++) {
        int column = 32 * part + 4 * column_of_thread() + f;
        if (column < width) to[column] = factors[r] * sums[r][4 * part + f];
      }
    }
  }
}

/* A score from the product of a query and a key. */
__device__ float score(const Attention& a, int head, int query, int key, float product) {
  float scaled = a.scale * product;
  if (!a.has_bias) return scaled;
  return scaled + a.bias[((Index) head * a.queries + query) * a.keys + key];
}

template <int WIDTH>
__device__ void attention(const Attention& a, float* out, float* log_sums, Tiles tiles) {
  Head at(a.heads, tiles_for(a.queries));
  int first = at.tile * TILE;
  load_tile<WIDTH>(a.q, a.q_stride, at.image, at.head, first, a.queries, a.width, tiles.a);
  float sums[4][WIDTH / 8] = {};
  float largest[4];
  float total[4];
  for (int r = 0; r < 4; r++) {
    largest[r] = Maximum::of_nothing();
    total[r] = 0;
  }
  for (int key = 0; key < a.keys; key += TILE) {
    __syncthreads();  // values and weights of the tile before have been read
    load_tile<WIDTH>(a.k, a.k_stride, at.image, at.head, key, a.keys, a.width, tiles.b);
    __syncthreads();  // queries and keys are there
    float scores[4][4];
    products_of_rows<WIDTH>(tiles.a, tiles.b, a.width, scores);
    for (int r = 0; r < 4; r++) {
      int row = first + row_of_thread() + 8 * r;
      float most = largest[r];
      for (int c = 0; c < 4; c++) {
        int column = key + column_of_thread() + 8 * c;
        bool inside = row < a.queries && column < a.keys;
        if (inside) scores[r][c] = score(a, at.head, row, column, scores[r][c]);
        if (column >= a.keys) scores[r][c] = Maximum::of_nothing();
        most = Maximum::of(most, scores[r][c]);
      }
      most = reduce_eight<Maximum>(most);
      float kept = expf(largest[r] - most);
      float sum = 0;
      for (int c = 0; c < 4; c++) {
        scores[r][c] = expf(scores[r][c] - most);
        sum += scores[r][c];
      }
      largest[r] = most;
      total[r] = total[r] * kept + reduce_eight<Sum>(sum);
      for (int i = 0; i < WIDTH / 8; i++) sums[r][i] *= kept;
    }
    store_scores(scores, tiles.scores);
    __syncthreads();  // keys have been read
    load_tile<WIDTH>(a.v, a.v_stride, at.image, at.head, key, a.keys, a.width, tiles.b);
    __syncthreads();  // weights and values are there
    add_weighted_rows<WIDTH>(tiles.scores, tiles.b, rows_of_tile(a.keys, key), sums);
  }
  float factors[4];
  for (int r = 0; r < 4; r++) {
    factors[r] = 1 / total[r];
    int row = first + row_of_thread() + 8 * r;
    if (column_of_thread() == 0 && row < a.queries) {
      Index number = ((Index) at.image * a.queries + row) * a.heads + at.head;
      log_sums[number] = largest[r] + logf(total[r]);
    }
  }
  store_rows<WIDTH>(
      sums, factors, out, a.heads * a.width, at.image, at.head, first, a.queries, a.width);
}

/* deltas [rows] = the sum of out times gradient of each row [rows, width]; count is 32 rows. */
KERNEL attention_deltas(
    const float* out, const float* gradient, float* deltas, int width, Index count) {
  FOR_ELEMENTS(i, count) {
    Index row = i / 32;
    float sum = 0;
    for (int c = i % 32; c < width; c += 32) sum += out[row * width + c] * gradient[row * width + c];
    sum = reduce_warp<Sum>(sum);
    if (i % 32 == 0) deltas[row] = sum;
  }
}

/*
 * The weights of a tile, and the gradients to its scores: weight (gradient·value - delta). Rows of
 * the tile are queries, or keys where it is TURNED. It leaves gradients and values in tiles a and b,
 * in b those of the columns.
 */
template <int WIDTH, bool TURNED>
__device__ void differentiate_tile(
    const Attention& a,
    const AttentionGradients& g,
    int image,
    int head,
    int query,
    int key,
    Tiles tiles,
    float (&weights)[4][4],
    float (&gradients)[4][4]) {
  float* of_queries = TURNED ? tiles.b : tiles.a;
  float* of_keys = TURNED ? tiles.a : tiles.b;
  int out_stride = a.heads * a.width;
  __syncthreads();  // tiles of before have been read
  load_tile<WIDTH>(a.q, a.q_stride, image, head, query, a.queries, a.width, of_queries);
  load_tile<WIDTH>(a.k, a.k_stride, image, head, key, a.keys, a.width, of_keys);
  __syncthreads();  // queries and keys are there
  products_of_rows<WIDTH>(tiles.a, tiles.b, a.width, weights);
  __syncthreads();  // queries and keys have been read
  load_tile<WIDTH>(g.gradient, out_stride, image, head, query, a.queries, a.width, of_queries);
  load_tile<WIDTH>(a.v, a.v_stride, image, head, key, a.keys, a.width, of_keys);
  __syncthreads();  // gradients and values are there
  products_of_rows<WIDTH>(tiles.a, tiles.b, a.width, gradients);
  for (int r = 0; r < 4; r++) {
    for (int c = 0; c < 4; c++) {
      int row = row_of_thread() + 8 * r;
      int column = column_of_thread() + 8 * c;
      int i = query + (TURNED ? column : row);
      int j = key + (TURNED ? row : column);
      if (i < a.queries && j < a.keys) {
        Index number = ((Index) image * a.queries + i) * a.heads + head;
        weights[r][c] = expf(score(a, head, i, j, weights[r][c]) - g.log_sums[number]);
        gradients[r][c] = weights[r][c] * (gradients[r][c] - g.deltas[number]);
      } else {
        weights[r][c] = gradients[r][c] = 0;
      }
    }
  }
}

template <int WIDTH>
__device__ void attention_to_queries(
    const Attention& a, const AttentionGradients& g, float* to_q, Tiles tiles) {
  Head at(a.heads, tiles_for(a.queries));
  int query = at.tile * TILE;
  float sums[4][WIDTH / 8] = {};
  for (int key = 0; key < a.keys; key += TILE) {
    float weights[4][4];
    float gradients[4][4];
    differentiate_tile<WIDTH, false>(
        a, g, at.image, at.head, query, key, tiles, weights, gradients);
    store_scores(gradients, tiles.scores);
    __syncthreads();  // values have been read
    load_tile<WIDTH>(a.k, a.k_stride, at.image, at.head, key, a.keys, a.width, tiles.b);
    __syncthreads();  // gradients and keys are there
    add_weighted_rows<WIDTH>(tiles.scores, tiles.b, rows_of_tile(a.keys, key), sums);
  }
  float factors[4] = {a.scale, a.scale, a.scale, a.scale};
  store_rows<WIDTH>(
      sums, factors, to_q, a.q_stride, at.image, at.head, query, a.queries, a.width);
}

template <int WIDTH>
__device__ void attention_to_keys(
    const Attention& a, const AttentionGradients& g, float* to_k, float* to_v, Tiles tiles) {
  Head at(a.heads, tiles_for(a.keys));
  int key = at.tile * TILE;
  float sums_k[4][WIDTH / 8] = {};
  float sums_v[4][WIDTH / 8] = {};
  for (int query = 0; query < a.queries; query += TILE) {
    int rows = rows_of_tile(a.queries, query);
    float weights[4][4];
    float gradients[4][4];
    differentiate_tile<WIDTH, true>(a, g, at.image, at.head, query, key, tiles, weights, gradients);
    store_scores(weights, tiles.scores);
    __syncthreads();  // weights are there
    add_weighted_rows<WIDTH>(tiles.scores, tiles.b, rows, sums_v);
    __syncthreads();  // weights and gradients of the results have been read
    store_scores(gradients, tiles.scores);
    load_tile<WIDTH>(a.q, a.q_stride, at.image, at.head, query, a.queries, a.width, tiles.b);
    __syncthreads();  // gradients and queries are there
    add_weighted_rows<WIDTH>(tiles.scores, tiles.b, rows, sums_k);
  }
  float factors[4] = {a.scale, a.scale, a.scale, a.scale};
  float ones[4] = {1, 1, 1, 1};
  store_rows<WIDTH>(sums_k, factors, to_k, a.k_stride, at.image, at.head, key, a.keys, a.width);
  store_rows<WIDTH>(sums_v, ones, to_v, a.v_stride, at.image, at.head, key, a.keys, a.width);
}

/* Of a tile of the bias, over all images in their order. */
template <int WIDTH>
__device__ void attention_to_bias(
    const Attention& a, const AttentionGradients& g, float* to_bias, int images, Tiles tiles) {
  int across = tiles_for(a.keys);
  int head = blockIdx.x / across / tiles_for(a.queries);
  int query = blockIdx.x / across % tiles_for(a.queries) * TILE;
  int key = blockIdx.x % across * TILE;
  float sums[4][4] = {};
  for (int image = 0; image < images; image++) {
    float weights[4][4];
    float gradients[4][4];
    differentiate_tile<WIDTH, false>(a, g, image, head, query, key, tiles, weights, gradients);
    for (int r = 0; r < 4; r++) {
      for (int c = 0; c < 4; c++) sums[r][c] += gradients[r][c];
    }
  }
  for (int r = 0; r < 4; r++) {
    for (int c = 0; c < 4; c++) {
      int i = query + row_of_thread() + 8 * r;
      int j = key + column_of_thread() + 8 * c;
      if (i < a.queries && j < a.keys) {
        to_bias[((Index) head * a.queries + i) * a.keys + j] = sums[r][c];
      }
    }
  }
}

TILES_OF(32)
TILES_OF(64)
TILES_OF(128)

// ---------------------------------------------------------------- heads of up to 32

KERNEL attention_32(Attention a, float* out, float* log_sums) {
  attention<32>(a, out, log_sums, tiles_of_32());
}

KERNEL attention_to_queries_32(Attention a, AttentionGradients g, float* to_q) {
  attention_to_queries<32>(a, g, to_q, tiles_of_32());
}

KERNEL attention_to_keys_32(Attention a, AttentionGradients g, float* to_k, float* to_v) {
  attention_to_keys<32>(a, g, to_k, to_v, tiles_of_32());
}

KERNEL attention_to_bias_32(Attention a, AttentionGradients g, float* to_bias, int images) {
  attention_to_bias<32>(a, g, to_bias, images, tiles_of_32());
}

// ---------------------------------------------------------------- heads of up to 64

KERNEL attention_64(Attention a, float* out, float* log_sums) {
  attention<64>(a, out, log_sums, tiles_of_64());
}

KERNEL attention_to_queries_64(Attention a, AttentionGradients g, float* to_q) {
  attention_to_queries<64>(a, g, to_q, tiles_of_64());
}

KERNEL attention_to_keys_64(Attention a, AttentionGradients g, float* to_k, float* to_v) {
  attention_to_keys<64>(a, g, to_k, to_v, tiles_of_64());
}

KERNEL attention_to_bias_64(Attention a, AttentionGradients g, float* to_bias, int images) {
  attention_to_bias<64>(a, g, to_bias, images, tiles_of_64());
}

// ---------------------------------------------------------------- heads of up to 128

KERNEL attention_128(Attention a, float* out, float* log_sums) {
  attention<128>(a, out, log_sums, tiles_of_128());
}

KERNEL attention_to_queries_128(Attention a, AttentionGradients g, float* to_q) {
  attention_to_queries<128>(a, g, to_q, tiles_of_128());
}

KERNEL attention_to_keys_128(Attention a, AttentionGradients g, float* to_k, float* to_v) {
  attention_to_keys<128>(a, g, to_k, to_v, tiles_of_128());
}

KERNEL attention_to_bias_128(Attention a, AttentionGradients g, float* to_bias, int images) {
  attention_to_bias<128>(a, g, to_bias, images, tiles_of_128());
}
