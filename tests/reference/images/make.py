"""What Pillow and torchvision make of small pictures: the numbers that MimKit's image code is held to.

    /usr/bin/python3 tests/reference/images/make.py        (Debian 12: python3-torchvision 0.14.1, Pillow 9.4)
"""
import io, json, math, os, random, struct
import numpy as np
import PIL
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
import torchvision
import torchvision.transforms.functional as F

rng = np.random.default_rng(7)
out = {}


def put(name, array):
    out[name] = np.ascontiguousarray(array)


def pixels(image):
    a = np.array(image)
    return a.reshape(a.shape[0], a.shape[1], -1)


def photo(h, w):  # smooth, with an edge and noise: like a photograph, unlike noise alone
    base = np.array(Image.fromarray(rng.integers(0, 256, (6, 7, 3), dtype=np.uint8)).resize((w, h), Image.BICUBIC)).astype(int)
    base[:, w // 2:] = base[:, w // 2:] // 2 + 90
    return Image.fromarray(np.clip(base + rng.integers(-15, 16, base.shape), 0, 255).astype(np.uint8))


rgb = photo(40, 48)
grey = rgb.convert("L")
put("rgb", pixels(rgb))
put("grey", pixels(grey))

filters = {"nearest": Image.NEAREST, "box": Image.BOX, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
for name, f in filters.items():
    for kind, image in (("rgb", rgb), ("grey", grey)):
        put(f"resize/{kind}/{name}/17x31", pixels(image.resize((31, 17), f)))
        put(f"resize/{kind}/{name}/90x70", pixels(image.resize((70, 90), f)))
        put(f"crop/{kind}/{name}/20x20", pixels(image.crop((5, 3, 38, 33)).resize((20, 20), f)))
put("centre/32/28", pixels(F.center_crop(F.resize(rgb, 32, F.InterpolationMode.BICUBIC), 28)))
put("mirror", pixels(F.hflip(rgb)))

for kind, image in (("rgb", rgb), ("grey", grey)):
    for factor in (0.0, 0.3, 1.0, 1.7):
        put(f"brightness/{kind}/{factor}", pixels(F.adjust_brightness(image, factor)))
        put(f"contrast/{kind}/{factor}", pixels(F.adjust_contrast(image, factor)))
        put(f"saturation/{kind}/{factor}", pixels(F.adjust_saturation(image, factor)))
        put(f"sharpness/{kind}/{factor}", pixels(ImageEnhance.Sharpness(image).enhance(factor)))
    for radius in (0.1, 0.7, 1.0, 2.0, 5.5):
        put(f"blur/{kind}/{radius}", pixels(image.filter(ImageFilter.GaussianBlur(radius))))
    put(f"invert/{kind}", pixels(ImageOps.invert(image)))
    put(f"solarise/{kind}/128", pixels(ImageOps.solarize(image, 128)))
    put(f"solarise/{kind}/26", pixels(ImageOps.solarize(image, 26)))
    put(f"posterise/{kind}/1", pixels(ImageOps.posterize(image, 1)))
    put(f"posterise/{kind}/3", pixels(ImageOps.posterize(image, 3)))
    put(f"autocontrast/{kind}", pixels(ImageOps.autocontrast(image)))
    put(f"equalise/{kind}", pixels(ImageOps.equalize(image)))
    fill = (124, 116, 104) if kind == "rgb" else 124
    for degrees in (-27.0, 13.5, 90.0):
        put(f"rotate/{kind}/{degrees}", pixels(image.rotate(degrees, resample=Image.BICUBIC, fillcolor=fill)))
    w, h = image.size
    move = lambda m: pixels(image.transform(image.size, Image.AFFINE, m, resample=Image.BICUBIC, fillcolor=fill))
    put(f"shear-x/{kind}/0.27", move((1, 0.27, 0, 0, 1, 0)))
    put(f"shear-y/{kind}/-0.27", move((1, 0, 0, -0.27, 1, 0)))
    put(f"move-x/{kind}/7.3", move((1, 0, 7.3, 0, 1, 0)))
    put(f"move-y/{kind}/-5.0", move((1, 0, 0, 0, 1, -5.0)))
put("to-grey", pixels(F.rgb_to_grayscale(rgb, 3)))
for turn in (-0.1, 0.05, 0.5):
    put(f"hue/{turn}", pixels(F.adjust_hue(rgb, turn)))

# Encoded files and their pixels
def encoded(name, image, expected, **options):
    b = io.BytesIO()
    image.save(b, **options)
    put(f"file/{name}", np.frombuffer(b.getvalue(), np.uint8))
    put(f"pixels/{name}", pixels(expected if expected is not None else Image.open(io.BytesIO(b.getvalue())).convert("RGB")))


small = photo(19, 26)
for s in (0, 1, 2):
    encoded(f"subsampling-{s}.jpg", small, None, format="JPEG", quality=90, subsampling=s)
encoded("progressive.jpg", small, None, format="JPEG", quality=80, progressive=True)
encoded("grey.jpg", small.convert("L"), None, format="JPEG", quality=90)
encoded("cmyk.jpg", small.convert("CMYK"), None, format="JPEG", quality=95)
for o in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = o
    b = io.BytesIO()
    small.save(b, format="JPEG", quality=95, exif=exif)
    encoded(f"orientation-{o}.jpg", small, ImageOps.exif_transpose(Image.open(io.BytesIO(b.getvalue()))), format="JPEG", quality=95, exif=exif)
encoded("rgb.png", small, small, format="PNG")
encoded("grey.png", small.convert("L"), small.convert("RGB").convert("L").convert("RGB"), format="PNG")
encoded("palette.png", small.quantize(16), small.quantize(16).convert("RGB"), format="PNG")
alpha = small.convert("RGBA")
alpha.putalpha(Image.fromarray(rng.integers(0, 256, (19, 26), dtype=np.uint8)))
white = Image.new("RGB", small.size, "white")
white.paste(alpha, mask=alpha.split()[3])
encoded("alpha.png", alpha, white, format="PNG")
sixteen = rng.integers(0, 65536, (19, 26), dtype=np.uint16)
encoded("sixteen.png", Image.fromarray(sixteen.astype(np.int32), "I").convert("I;16"), Image.fromarray((sixteen >> 8).astype(np.uint8)).convert("RGB"), format="PNG")
encoded("rgb.tif", small, small, format="TIFF")
encoded("lzw.tif", small, small, format="TIFF", compression="tiff_lzw")
encoded("lossless.webp", small, small, format="WEBP", lossless=True)
encoded("lossy.webp", small, None, format="WEBP", quality=90)
two = small.quantize(32)
encoded("first-frame.gif", two, two.convert("RGB"), format="GIF", save_all=True, append_images=[ImageOps.invert(small).quantize(32)])

header, at, blob = {"__metadata__": {"made_with": f"Pillow {PIL.__version__}, torchvision {torchvision.__version__}"}}, 0, b""
for name, a in out.items():
    assert a.dtype == np.uint8, (name, a.dtype)
    header[name] = {"dtype": "U8", "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
    blob += a.tobytes()
    at += a.nbytes
head = json.dumps(header, separators=(",", ":")).encode()
head += b" " * (-len(head) % 8)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pillow.safetensors")
open(path, "wb").write(struct.pack("<Q", len(head)) + head + blob)
print(len(out), "arrays,", os.path.getsize(path), "bytes")
