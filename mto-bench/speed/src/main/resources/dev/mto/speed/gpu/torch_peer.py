"""Times training steps of SimMIM's and MAE's ViT-B in plain PyTorch, with timm's layers.

Arguments: DEVICE, to tell the versions; or DEVICE METHOD BATCH PRECISION HOW STEPS, to make steps:
DEVICE cuda:N (or cpu, which shows that the script works), METHOD simmim or mae, PRECISION float32,
tf32 or bfloat16 (autocast), HOW eager or compiled (torch.compile). A sixth argument "small" takes a
small model. A step is what this project's is: images of noise from pinned memory, forward, backward,
clipping where the method's recipe has it, AdamW, and one wait for its loss. Writes one line of JSON.
"""

import json
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError as error:
    print(json.dumps({"missing": error.name or str(error)}))
    sys.exit(0)

SIDE = 224
PATCH = 16
GRID = SIDE // PATCH
PATCHES = GRID * GRID
WARM_UP = 5
SIZES = {  # dim, depth, heads; of MAE's decoder
    "full": ((768, 12, 12), (512, 8, 16)),
    "small": ((48, 2, 2), (32, 1, 2)),
}


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x, bias):
        batch, tokens, dim = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, dim // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        mask = None if bias is None else bias.to(q.dtype)
        x = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.proj(x.transpose(1, 2).reshape(batch, tokens, dim))


class Block(nn.Module):
    """With LayerScale where the initial value is not 0."""

    def __init__(self, dim, heads, scale=0.0):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.scale1 = nn.Parameter(scale * torch.ones(dim)) if scale else None
        self.scale2 = nn.Parameter(scale * torch.ones(dim)) if scale else None

    def forward(self, x, bias=None):
        attended = self.attn(self.norm1(x), bias)
        x = x + (attended if self.scale1 is None else self.scale1 * attended)
        hidden = self.mlp(self.norm2(x))
        return x + (hidden if self.scale2 is None else self.scale2 * hidden)


def patchify(images):
    """[B, 3, 224, 224] -> [B, 196, 768]"""
    x = images.reshape(len(images), 3, GRID, PATCH, GRID, PATCH)
    return x.permute(0, 2, 4, 3, 5, 1).reshape(len(images), PATCHES, PATCH * PATCH * 3)


class SimMim(nn.Module):
    """Shared relative position bias, LayerScale 0.1, masks of 32 px, L1 of the masked pixels."""

    clip = 5.0
    betas = (0.9, 0.999)

    def __init__(self, sizes):
        super().__init__()
        dim, depth, heads = sizes[0]
        self.embed = nn.Conv2d(3, dim, PATCH, PATCH)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.bias_table = nn.Parameter(torch.zeros((2 * GRID - 1) ** 2 + 3, heads))
        self.register_buffer("bias_index", self.relative_positions(), persistent=False)
        self.blocks = nn.ModuleList(Block(dim, heads, 0.1) for _ in range(depth))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Conv2d(dim, PATCH * PATCH * 3, 1)
        self.shuffle = nn.PixelShuffle(PATCH)

    @staticmethod
    def relative_positions():
        """BEiT's: [197, 197], the class token's three after those of the grid."""
        rows, columns = torch.meshgrid(torch.arange(GRID), torch.arange(GRID), indexing="ij")
        places = torch.stack((rows.flatten(), columns.flatten()))
        offsets = places[:, :, None] - places[:, None, :] + GRID - 1
        last = (2 * GRID - 1) ** 2
        index = torch.full((PATCHES + 1, PATCHES + 1), last + 2)
        index[1:, 1:] = offsets[0] * (2 * GRID - 1) + offsets[1]
        index[0, 1:] = last
        index[1:, 0] = last + 1
        return index

    @staticmethod
    def mask(batch):
        """[B, 196], 1 where masked: units of two patches a side, 60 % of them."""
        units = GRID // 2
        noise = torch.rand(batch, units * units).argsort(1)
        masked = (noise < int(units * units * 0.6 + 1)).float().reshape(batch, units, units)
        return masked.repeat_interleave(2, 1).repeat_interleave(2, 2).reshape(batch, PATCHES)

    def forward(self, images, mask):
        x = self.embed(images).flatten(2).transpose(1, 2)
        masked = mask.unsqueeze(-1).to(x.dtype)
        x = x * (1 - masked) + self.mask_token.to(x.dtype) * masked
        x = torch.cat((self.cls_token.expand(len(x), -1, -1).to(x.dtype), x), 1)
        bias = self.bias_table[self.bias_index.flatten()]
        bias = bias.reshape(PATCHES + 1, PATCHES + 1, -1).permute(2, 0, 1).unsqueeze(0).contiguous()
        for block in self.blocks:
            x = block(x, bias)
        x = self.norm(x)[:, 1:].transpose(1, 2).reshape(len(images), -1, GRID, GRID)
        picture = self.shuffle(self.head(x))
        pixels = mask.reshape(-1, 1, GRID, GRID)
        pixels = pixels.repeat_interleave(PATCH, 2).repeat_interleave(PATCH, 3)
        error = functional.l1_loss(images, picture.float(), reduction="none")
        return (error * pixels).sum() / (pixels.sum() + 1e-5) / 3


class Mae(nn.Module):
    """A quarter of the patches encoded, normalised pixels of the others predicted."""

    clip = 0.0
    betas = (0.9, 0.95)
    visible = PATCHES // 4

    def __init__(self, sizes):
        super().__init__()
        (dim, depth, heads), (narrow, decoder_depth, decoder_heads) = sizes
        self.embed = nn.Conv2d(3, dim, PATCH, PATCH)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.register_buffer("positions", self.sine_cosine(dim), persistent=False)
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.narrow = nn.Linear(dim, narrow)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, narrow))
        self.register_buffer("decoder_positions", self.sine_cosine(narrow), persistent=False)
        self.decoder = nn.ModuleList(Block(narrow, decoder_heads) for _ in range(decoder_depth))
        self.decoder_norm = nn.LayerNorm(narrow, eps=1e-6)
        self.head = nn.Linear(narrow, PATCH * PATCH * 3)

    @staticmethod
    def sine_cosine(dim):
        """[1, 197, dim], zeros for the class token."""
        rate = 10000 ** -(torch.arange(dim // 4) / (dim // 4))
        wave = torch.arange(GRID)[:, None] * rate[None, :]
        axis = torch.cat((wave.sin(), wave.cos()), 1)
        grid = torch.cat((axis.repeat(GRID, 1), axis.repeat_interleave(GRID, 0)), 1)
        return torch.cat((torch.zeros(1, dim), grid)).unsqueeze(0)

    @staticmethod
    def mask(batch):
        """[B, 196], each row an order of the patches: the first quarter is visible."""
        return torch.rand(batch, PATCHES).argsort(1)

    def forward(self, images, order):
        batch = len(images)
        x = self.embed(images).flatten(2).transpose(1, 2) + self.positions[:, 1:]
        kept = order[:, : self.visible, None]
        x = torch.gather(x, 1, kept.expand(-1, -1, x.shape[2]))
        x = torch.cat(((self.cls_token + self.positions[:, :1]).expand(batch, -1, -1), x), 1)
        for block in self.blocks:
            x = block(x)
        x = self.narrow(self.norm(x))
        hidden = self.mask_token.to(x.dtype).expand(batch, PATCHES - self.visible, -1)
        tokens = torch.cat((x[:, 1:], hidden), 1)
        back = order.argsort(1)
        tokens = torch.gather(tokens, 1, back[:, :, None].expand(-1, -1, tokens.shape[2]))
        x = torch.cat((x[:, :1], tokens), 1) + self.decoder_positions
        for block in self.decoder:
            x = block(x)
        predicted = self.head(self.decoder_norm(x))[:, 1:].float()
        target = patchify(images)
        mean = target.mean(-1, keepdim=True)
        target = (target - mean) / (target.var(-1, keepdim=True) + 1e-6) ** 0.5
        masked = (back >= self.visible).float()
        return (((predicted - target) ** 2).mean(-1) * masked).sum() / masked.sum()


def optimizer(model, device):
    """Biases, norms and tokens do not decay."""
    parameters = list(model.named_parameters())
    still = [p for name, p in parameters if p.ndim < 2 or name.endswith("_token")]
    decayed = [p for name, p in parameters if p.ndim >= 2 and not name.endswith("_token")]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": still, "weight_decay": 0.0}]
    fused = device.type == "cuda"
    return torch.optim.AdamW(groups, lr=1e-4, betas=model.betas, fused=fused)


def steps(device, method, batch, precision, how, count, size):
    narrow = precision == "bfloat16"
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    torch.manual_seed(1)
    model = {"simmim": SimMim, "mae": Mae}[method](SIZES[size]).to(device)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
    update = optimizer(model, device)
    forward = torch.compile(model) if how == "compiled" else model
    images = torch.rand(batch, 3, SIDE, SIDE) * 2 - 1
    if device.type == "cuda":
        images = images.pin_memory()
    losses, times = [], []
    for step in range(WARM_UP + count):
        mask = model.mask(batch)
        wait(device)
        start = time.perf_counter()
        fed = images.to(device, non_blocking=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=narrow):
            loss = forward(fed, mask.to(device, non_blocking=True))
        update.zero_grad(set_to_none=True)
        loss.backward()
        if model.clip:
            nn.utils.clip_grad_norm_(model.parameters(), model.clip)
        update.step()
        losses.append(loss.item())
        wait(device)
        times.append(1e3 * (time.perf_counter() - start))
    peak = torch.cuda.max_memory_allocated(device) / 2**20 if device.type == "cuda" else None
    return {"ms": times[WARM_UP:], "losses": losses, "peak_mb": peak}


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main():
    device = torch.device(sys.argv[1])
    if device.type == "cuda":
        if not torch.cuda.is_available():
            print(json.dumps({"missing": "GPU that PyTorch %s can use" % torch.__version__}))
            return
        torch.cuda.set_device(device)
    if len(sys.argv) == 2:
        versions = {"torch": torch.__version__}
        if device.type == "cuda":
            versions["CUDA"] = torch.version.cuda
            versions["cuDNN"] = str(torch.backends.cudnn.version())
        print(json.dumps({"versions": versions}))
        return
    method, batch, precision, how, count = sys.argv[2:7]
    size = sys.argv[7] if len(sys.argv) > 7 else "full"
    try:
        answer = steps(device, method, int(batch), precision, how, int(count), size)
    except Exception as error:
        lines = str(error).strip().splitlines()
        answer = {"failed": type(error).__name__ + (": " + lines[0] if lines else "")}
    print(json.dumps(answer))


main()
