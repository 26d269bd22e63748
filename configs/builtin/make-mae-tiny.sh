#!/bin/sh
# Makes builtin:mae-tiny anew from the four files of Fashion-MNIST, and measures it for its card:
#   configs/builtin/make-mae-tiny.sh /usr/share/datasets/fashion-mnist
# (where the Debian package dataset-fashion-mnist has them). About half an hour of one core that is left alone. What is
# there already is not made again; an interrupted training goes on.
set -eu
idx=${1:?give the folder of train-images-idx3-ubyte.gz and the other three files}
cd "$(dirname "$0")/../.."
classes=t-shirt-top,trouser,pullover,dress,coat,sandal,shirt,sneaker,bag,ankle-boot
run=runs/builtin-mae-tiny
resources=mto-baselines/mae/src/main/resources/dev/mto/builtin

import() { # folder, name of the files, training images, other images
  [ -d "$1" ] || ./mto data import-idx --images "$idx/$2-images-idx3-ubyte.gz" \
    --labels "$idx/$2-labels-idx1-ubyte.gz" --out "$1" --train "$3" --val "$4" --pad 32 --seed 1 \
    --classes "$classes"
}
import data/fashion-full train 60000 0
import data/fashion-10k train 10000 0
import data/fashion-full-test t10k 0 10000

export OMP_NUM_THREADS=1 # another number of threads rounds otherwise
if [ -d "$run" ]; then
  ./mto pretrain --resume --out "$run"
else
  ./mto pretrain --config configs/builtin/mae-tiny.yaml --out "$run"
fi
./mto weights export --run "$run" --out "$resources/mae-tiny.safetensors" --force
cp "$run/config.yaml" "$resources/mae-tiny.yaml"

images="--train data/fashion-10k/train --val data/fashion-full-test/val"
# shellcheck disable=SC2086
./mto evaluate knn --run "$run" $images --untrained 1 --json "$run/knn.json"
# shellcheck disable=SC2086
./mto evaluate linear --run "$run" $images --cached --twins 1 --json "$run/linear.json"
echo "now put these figures into $resources/mae-tiny.md"
