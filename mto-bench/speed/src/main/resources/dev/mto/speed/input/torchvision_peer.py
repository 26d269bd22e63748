"""Reads a folder through torchvision as the official pre-training code does, on one thread.

Arguments: nothing, to tell the versions; or a folder, to read it once with each transform.
Writes one line of JSON.
"""

import json
import sys
import time
from pathlib import Path

try:
    import numpy
    import PIL
    import torch
    import torchvision
    from PIL import Image
    from torchvision import transforms
except ImportError as error:
    print(json.dumps({"missing": error.name or str(error)}))
    sys.exit(0)

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
SIDE = 224
WARM_UP = 16


def to_tensor(image_scale, interpolation):
    return transforms.Compose(
        [
            transforms.Lambda(lambda image: image.convert("RGB")),
            transforms.RandomResizedCrop(
                SIDE, scale=image_scale, ratio=(3 / 4, 4 / 3), interpolation=interpolation
            ),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )


def simmim_mask(unit=32, patch=16, ratio=0.6):
    side = SIDE // unit
    masked = numpy.zeros(side * side, dtype=int)
    masked[numpy.random.permutation(side * side)[: int(numpy.ceil(side * side * ratio))]] = 1
    return masked.reshape(side, side).repeat(unit // patch, 0).repeat(unit // patch, 1)


def images_per_core_second(files, transform, mask):
    start = time.process_time()
    for file in files:
        with open(file, "rb") as stream:
            transform(Image.open(stream))
        if mask is not None:
            mask()
    return len(files) / (time.process_time() - start)


def main():
    torch.set_num_threads(1)
    versions = {
        "torchvision": torchvision.__version__,
        "torch": torch.__version__,
        "pillow": PIL.__version__,
    }
    result = {"versions": versions}
    if len(sys.argv) > 1:
        files = sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_file())
        bilinear = transforms.InterpolationMode.BILINEAR
        bicubic = transforms.InterpolationMode.BICUBIC
        cases = {
            "simmim": (to_tensor((0.67, 1.0), bilinear), simmim_mask),
            "mae": (to_tensor((0.2, 1.0), bicubic), None),
        }
        for name, (transform, mask) in cases.items():
            images_per_core_second(files[:WARM_UP], transform, mask)
            result[name] = images_per_core_second(files, transform, mask)
    print(json.dumps(result))


main()
