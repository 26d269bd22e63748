"""Writes reference.json: learning rates of SimMIM's fine-tuning, by timm's own scheduler.

    python3 make.py FOLDER > reference.json

FOLDER holds timm/scheduler/ of timm 1.0.29, whose CosineLRScheduler computes rates as that of
0.4.12, which SimMIM asks for; of torch it names one class alone. 1.0.29 multiplies them by a group's
lr_scale afterwards, which 0.4.12 does not: here they are read before that. Arguments are as SimMIM's
lr_scheduler.py gives them, groups as its optimizer.py makes them: lr = base lr times scale. As in
its main_finetune.py, iteration i + 1 runs with the rates of update i.
"""
import json
import sys
import types

torch = types.ModuleType("torch")
torch.optim = types.SimpleNamespace(Optimizer=object)
torch.Tensor = object
sys.modules["torch"] = torch
for name in ("timm", "timm.scheduler"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [f"{sys.argv[1]}/{name.replace('.', '/')}"]
from timm.scheduler.cosine_lr import CosineLRScheduler  # noqa: E402

BASE, WARMUP, LEAST, EPOCHS, WARMUP_EPOCHS, PER_EPOCH = 5e-3, 1e-6, 1e-6, 10, 2, 7
SCALES = [1.0, 0.65, 0.65 ** 13]


class Optimizer:
    def __init__(self):
        self.param_groups = [{"lr": BASE * scale} for scale in SCALES]


optimizer = Optimizer()
scheduler = CosineLRScheduler(
    optimizer, t_initial=EPOCHS * PER_EPOCH, lr_min=LEAST, warmup_lr_init=WARMUP,
    warmup_t=WARMUP_EPOCHS * PER_EPOCH, cycle_limit=1, t_in_epochs=False)
rates = [[group["lr"] for group in optimizer.param_groups]]
for iteration in range(EPOCHS * PER_EPOCH + 1):
    scheduler.step_update(iteration)
    rates.append([group["lr"] for group in optimizer.param_groups])
print(json.dumps({
    "base": BASE, "warmup": WARMUP, "least": LEAST,
    "warmup_steps": WARMUP_EPOCHS * PER_EPOCH, "steps": EPOCHS * PER_EPOCH,
    "scales": SCALES, "rates_by_iteration": rates,
}))
