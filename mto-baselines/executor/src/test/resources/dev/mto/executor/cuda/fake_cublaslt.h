// cuBLASLt by sums in double. It refuses what the real one would: types, shapes, alignments, sizes.

namespace fake {

const int BLAS_INVALID_VALUE = 7;
const int BLAS_NOT_SUPPORTED = 15;

struct Layout {
  int type;
  Long rows, columns, leading, batch, stride;
};

struct Product {
  int transpose_a, transpose_b, epilogue, compute;
  const float* bias;
};

struct Preference {
  Long workspace;
  int alignment[4];
};

float element(const Layout& layout, const void* matrix, Long batch, Long row, Long column) {
  Long at = batch * layout.stride + row + column * layout.leading;
  return layout.type == 14 ? load((const Bfloat16*) matrix + at) : ((const float*) matrix)[at];
}

/* To the nearest of 10 bits after the point, as real ones may do it or not. */
double by_tf32(double x) {
  unsigned bits = __float_as_uint((float) x);
  return __uint_as_float((bits + 0xfffu + (bits >> 13 & 1u)) & ~0x1fffu);
}

bool fits(const Layout& layout, const void* matrix) {
  Long elements =
      layout.stride * (layout.batch - 1) + layout.leading * (layout.columns - 1) + layout.rows;
  return on_device((Long) matrix, elements * (layout.type == 14 ? 2 : 4));
}

int shapes(const Product& p, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
  Long m = p.transpose_a ? a.columns : a.rows;
  Long k = p.transpose_a ? a.rows : a.columns;
  bool fit = k == (p.transpose_b ? b.columns : b.rows) && m == d.rows &&
      d.columns == (p.transpose_b ? b.rows : b.columns) && c.rows == d.rows &&
      c.columns == d.columns && a.batch == d.batch && b.batch == d.batch && c.batch == d.batch;
  bool types = a.type == b.type && c.type == d.type && (a.type == 14 || d.type == 0);
  types &= p.compute == 68 || a.type == 0;
  return fit && types && !(p.epilogue == 4 && d.type == 14) ? 0 : BLAS_NOT_SUPPORTED;
}

void multiply(
    const Product& p,
    float alpha,
    const void* a, const Layout& la,
    const void* b, const Layout& lb,
    float beta,
    const void* c, const Layout& lc,
    void* d, const Layout& ld) {
  Long inner = p.transpose_a ? la.rows : la.columns;
  for (Long t = 0; t < ld.batch; t++) {
    for (Long j = 0; j < ld.columns; j++) {
      for (Long i = 0; i < ld.rows; i++) {
        double sum = 0;
        for (Long k = 0; k < inner; k++) {
          double left = p.transpose_a ? element(la, a, t, k, i) : element(la, a, t, i, k);
          double right = p.transpose_b ? element(lb, b, t, j, k) : element(lb, b, t, k, j);
          sum += p.compute == 77 ? by_tf32(left) * by_tf32(right) : left * right;
        }
        sum *= alpha;
        if (p.epilogue == 4) sum += p.bias[i];
        if (beta != 0) sum += beta * element(lc, c, t, i, j);
        Long at = t * ld.stride + i + j * ld.leading;
        if (ld.type == 14) {
          store((Bfloat16*) d + at, (float) sum);
        } else {
          ((float*) d)[at] = (float) sum;
        }
      }
    }
  }
}

}  // namespace fake

API cublasLtCreate(Handle* handle) {
  CALL_OUTSIDE_OF_CAPTURES("cublasLtCreate");
  *handle = (Handle) 0xb1a5;
  return 0;
}

API cublasLtDestroy(Handle) { return 0; }

extern "C" __attribute__((visibility("default"))) size_t cublasLtGetVersion() { return 130000; }

API cublasLtMatmulDescCreate(fake::Product** product, int compute, int scale) {
  CALL("cublasLtMatmulDescCreate");
  *product = new fake::Product{0, 0, 1, compute, nullptr};
  return (compute == 68 || compute == 77) && scale == 0 ? 0 : fake::BLAS_NOT_SUPPORTED;
}

API cublasLtMatmulDescSetAttribute(
    fake::Product* product, int attribute, const void* value, Long bytes) {
  CALL("cublasLtMatmulDescSetAttribute");
  if (bytes != (attribute == 8 ? 8 : 4)) return fake::BLAS_INVALID_VALUE;
  switch (attribute) {
    case 3: product->transpose_a = *(const int*) value; return 0;
    case 4: product->transpose_b = *(const int*) value; return 0;
    case 7: product->epilogue = *(const int*) value; return 0;
    case 8: product->bias = *(const float* const*) value; return 0;
    default: return fake::BLAS_INVALID_VALUE;
  }
}

API cublasLtMatmulDescDestroy(fake::Product* product) {
  delete product;
  return 0;
}

API cublasLtMatrixLayoutCreate(
    fake::Layout** layout, int type, Long rows, Long columns, Long leading) {
  CALL("cublasLtMatrixLayoutCreate");
  *layout = new fake::Layout{type, rows, columns, leading, 1, 0};
  return (type == 0 || type == 14) && leading >= rows ? 0 : fake::BLAS_INVALID_VALUE;
}

API cublasLtMatrixLayoutSetAttribute(
    fake::Layout* layout, int attribute, const void* value, Long bytes) {
  if (bytes != (attribute == 6 ? 8 : 4)) return fake::BLAS_INVALID_VALUE;
  switch (attribute) {
    case 5: layout->batch = *(const int*) value; return 0;
    case 6: layout->stride = *(const Long*) value; return 0;
    default: return fake::BLAS_INVALID_VALUE;
  }
}

API cublasLtMatrixLayoutDestroy(fake::Layout* layout) {
  delete layout;
  return 0;
}

API cublasLtMatmulPreferenceCreate(fake::Preference** preference) {
  *preference = new fake::Preference{0, {256, 256, 256, 256}};
  return 0;
}

API cublasLtMatmulPreferenceSetAttribute(
    fake::Preference* preference, int attribute, const void* value, Long bytes) {
  if (attribute == 1 && bytes == 8) {
    preference->workspace = *(const Long*) value;
  } else if (attribute >= 5 && attribute <= 8 && bytes == 4) {
    preference->alignment[attribute - 5] = *(const int*) value;
  } else {
    return fake::BLAS_INVALID_VALUE;
  }
  return 0;
}

API cublasLtMatmulPreferenceDestroy(fake::Preference* preference) {
  delete preference;
  return 0;
}

/* An algorithm is what it was chosen for: the alignments and the workspace that it relies on. */
API cublasLtMatmulAlgoGetHeuristic(
    Handle handle, fake::Product* product,
    fake::Layout* a, fake::Layout* b, fake::Layout* c, fake::Layout* d,
    fake::Preference* preference, int wanted, char* results, int* found) {
  CALL("cublasLtMatmulAlgoGetHeuristic");
  bool bias = product->epilogue != 4 || fake::on_device((Long) product->bias, 4 * d->rows);
  if (handle != (Handle) 0xb1a5 || wanted != 1 || !bias) return fake::BLAS_INVALID_VALUE;
  memset(results, 0, 96);
  memcpy(results, preference, sizeof *preference);
  *found = 1;
  return fake::shapes(*product, *a, *b, *c, *d);
}

API cublasLtMatmul(
    Handle handle, fake::Product* product, const float* alpha,
    const void* a, fake::Layout* la, const void* b, fake::Layout* lb, const float* beta,
    const void* c, fake::Layout* lc, void* d, fake::Layout* ld,
    const fake::Preference* algorithm, Long workspace, Long workspace_bytes, Handle stream) {
  CALL_OF_CONTEXT("cublasLtMatmul");
  int error = fake::shapes(*product, *la, *lb, *lc, *ld);
  if (error != 0) return error;
  const void* matrices[] = {a, b, c, d};
  for (int i = 0; i < 4; i++) {
    if ((Long) matrices[i] % algorithm->alignment[i] != 0) return fake::BLAS_INVALID_VALUE;
  }
  auto acceptable = [=, p = *product, layout_a = *la, layout_b = *lb, layout_c = *lc,
                     layout_d = *ld] {
    bool memory = fake::fits(layout_a, a) && fake::fits(layout_b, b) && fake::fits(layout_c, c) &&
        fake::fits(layout_d, d) && fake::on_device(workspace, workspace_bytes);
    return memory && (p.epilogue != 4 || fake::on_device((Long) p.bias, 4 * layout_d.rows));
  };
  if (handle != (Handle) 0xb1a5 || stream != (Handle) 0x57 || !acceptable() ||
      workspace_bytes < algorithm->workspace) {
    return fake::BLAS_INVALID_VALUE;
  }
  fake::counts[product->compute == 77 ? "products by TF32" : "other products"]++;
  fake::ask(
      acceptable,
      [=, p = *product, x = *alpha, y = *beta, layout_a = *la, layout_b = *lb, layout_c = *lc,
       layout_d = *ld] {
        fake::multiply(p, x, a, layout_a, b, layout_b, y, c, layout_c, d, layout_d);
      },
      false);
  return 0;
}
