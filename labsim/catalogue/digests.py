"""What the layers hash to; written by ``tools/catalogue_digests.py``, never by hand.

Name and edition, to: bytes of the tar, its SHA-256 (the DiffID), the packed blob's SHA-256.
"""

from __future__ import annotations

__all__ = ["KNOWN"]

KNOWN: dict[tuple[str, int], tuple[int, str, str]] = {
    ("os", 1): (
        80020480,
        "16f0beb3bca6ec2fae5d9e9ecb460fcce3730e7329600f3a657e1e80d253099e",
        "2649089a0df8cf772b1c3d7124edfa627b083b29eb2f7c75023e646710ac416b",
    ),
    ("go", 1): (
        220017152,
        "ff4e6dfb3564ff152983dad5a3436ddff7220b4872f1755df20b4c3b230ba494",
        "155032bd0d049c0132ffe29b97257071fe08db127fe2049323e3cf632debd50f",
    ),
    ("deps", 1): (
        40016896,
        "b24a2c7d06994aa0f00d6ec696b40d584ceb4b50ffd378664cfdbcf123d7467d",
        "96471e39035af27596c1c152e63f758b7bb99eb4f76606ab69546d5be6f2ae01",
    ),
    ("deps", 2): (
        40016896,
        "0a6960c8db37eda74a6b7a43feae4c3f9c980e24a2e2656a77656d4b5298276d",
        "cdcc7bb2a44ba08a8e6865c3e649d9f79496c19e1b22f43baca5cfe8529fe7cc",
    ),
    ("deps", 3): (
        40016896,
        "4975fe1ff5dcb4438fd7b6344be5ecb8edca13e37790c0d9a2c694295a317c7a",
        "518e6b63df57821b7f3969db605a655eb13c275b3015ab1019952048ed361ef5",
    ),
    ("src", 1): (
        2009600,
        "8e089e9c315667b89fc093217b2986cc30f4b72f9679ceff349e70c9df32a25f",
        "7e52c430a95ddf22d796d2f1d3c30700bc61b5e8e46d1205b2af57293737430b",
    ),
    ("src", 2): (
        2009600,
        "6103a6e2f533bc612f9afcee928fb2cd78ecd54d7e1193e0b3c38984e4818f89",
        "1db2212994f45ee519f99530d738e35e29144d97096a268e3ec2d0b17fbb61f9",
    ),
    ("src", 3): (
        2009600,
        "bcd063c0df697c7fc2a424f8962e435a0235cb10328caaa6f577c34d10b73e26",
        "9d42ee953fde4ac68d84fe570d4366858633ee9c189223bdc65748d3dd09ae01",
    ),
    ("src", 4): (
        2009600,
        "3640b10fbacf5adf14d3e6837b5cbe9e529e3c8b988b84ed78830970bb2b4e8b",
        "7a26d0fdae86eb9bad4de333979dbde223fa6c0b19a8864b4345a9711478400a",
    ),
    ("src", 5): (
        2009600,
        "0428e6f73f704a992ef1f53c484a4d30030e76bd32d48e3b79ffb9efca9eeef5",
        "f2e8bf19eb74ce7a37a8d01f35262cafdb8e8f423da52445233d9fdf45842d1a",
    ),
    ("src", 6): (
        2009600,
        "bfb441209ebeebb2d36ffc0fa6f203b5a6a843561c45123f8ea51bdf3fcbd312",
        "5c3a63a53b5eac03d61eb8e2640626eeca2c41351870843e0e332629203c2739",
    ),
    ("src", 7): (
        2009600,
        "1e0729ba324c17f1cf45d0e364bafaa19aad58e02c04dd5da24c1b0500cea850",
        "97229d5920af017eb194a04e9fa8fbdaa6ca0069335d3f2bf6432cd2f8adbe41",
    ),
    ("src", 8): (
        2009600,
        "2b845c3a37cd298fa32919d1d6a078c592641ff072f7decdff0bdcbafbb1d539",
        "88cc9fe205df7fa16f3e768e8a4091767a6587f1e3b9b6f1d511439a96a991d9",
    ),
    ("src", 9): (
        2009600,
        "3b456fb74ee6d64528942b673608fd435b4a5db1839f924dc6b3c9458ce61694",
        "a687f5260c83349b7bef279dc8957f8a07ae1ed5a037cea91c4c64dda80e761d",
    ),
    ("bin", 1): (
        12003328,
        "fcefea3b0f1b304b25bbce7c923f4726115facadcfb30b5b5b89c5f27ac53c35",
        "0a7d8a0b8ebc67f96a69dce44fa646e48e00971dc8e9af45a2cb0261f678e5a0",
    ),
    ("bin", 2): (
        12003328,
        "20bf57520eb2df1ed4473ae0af35dab4bf8ce377a7ead15dbf5c9d48acffad8d",
        "55e747f66d54dd030ced37069437b8748b2d0420e143ccc163a7fbd6967ba31b",
    ),
    ("bin", 3): (
        12003328,
        "02b516a1067651b1fc3a1c51d5d4b71f83ddffc474b7a3950991d8b9bea5051a",
        "669b8015b74f7087deec6fa5493e3615f7952424a9ee0e7707799a3147be4710",
    ),
    ("bin", 4): (
        12003328,
        "219390462a76dde3f810b49a24f38a3710ace6e205349e6d941def6a0f09c43e",
        "c3d0442383fdc3a32bec5c65fa23d1c52dfc53c2600351baa3dc94d554f57da9",
    ),
    ("bin", 5): (
        12003328,
        "443febbec586069ea60973e04670a464c26a36829e999b6511b41343bded4ab4",
        "1bc0471a0ecb980f667ffad8de9ea0cf3a504c50d8fb468dea71beae509ad1ab",
    ),
    ("bin", 6): (
        12003328,
        "47352a177c55d0c4b5f098b135e62b93f1d755af2678b7bb98d6a44082f9a60c",
        "da353eb1e05c0dbe675c105e5b4f65d2f663150958561b43d0228f1cafa1e639",
    ),
    ("bin", 7): (
        12003328,
        "ee5c5878aee97129661b6475d9de8872e26ebd69139ad55f5056daef23e82dbf",
        "19f3abf7e48fa9584c3e89bd2e48c8d06412c9a1de35daa96e74e20741af45f2",
    ),
    ("bin", 8): (
        12003328,
        "5bcf5781b2f018a730880a9007f081c243f911388a08e0cf5cf1fcfbbc231ced",
        "6b6249a8496ef3aa0ae85f30fbfaac26d0fdaf95df8cf22855ced93f10b5bd46",
    ),
    ("bin", 9): (
        12003328,
        "eea3bc8035b34a99cc88cd8ba8a421ec70a37eb2da40b725cebc50596c0e7702",
        "4a74927f81509e07604bfa9e1cff5351288476868039720bb1feb8a1b28c1d39",
    ),
    ("mus", 1): (
        8009728,
        "8fed21fee38783350633cda4ec9deb92caf66a1466d0a5773406b062bf6e0565",
        "6ae1017da4961c8ea2900250edf65566cb42baa1aa39ab34e9703581af1a97f5",
    ),
    ("scm", 1): (
        64010240,
        "7b9f4b4a4d7b914d20ab16a383d5a8b8da1cb74d2bc130bfb6fe987afbb9ff7a",
        "40686bc05fd0caff2983bef4da95872cc8f4ca025609d309e03195ad53dc71f7",
    ),
    ("gcc", 1): (
        211011584,
        "5661ac0f5a95403bf3482081913dbfd7ba83ef95f73d7646d9697eb273925aee",
        "c6e1c50e2d3da047bf92bae955c8c100522d73a3ec0257223d61e4f6ea0481a6",
    ),
    ("python", 1): (
        54009856,
        "c2307f471eebf2d324f354b614b93a10819fb8790ba772c08cbb68f84be23efb",
        "0320dec02e644f84131b3cf364bbfe0f705cacd5e36007eb12b475f055cc03c7",
    ),
    ("python-links", 1): (
        7168,
        "e2acd512b85f8253861d7f70ec32a62096ed041ba92608908a8e0a520e8e575b",
        "b8425525149bbcc8ff20678dd62404b26e33c5c31502c56c34f7e56a6677ee26",
    ),
    ("node-user", 1): (
        7168,
        "0634acf98a37c526541653a82135f1834a4a052ff33176ee2f789a9345225dd5",
        "d045a4b5bf724f8cd1e8702e7b7f0a46615094577a1dc8c9a894bc234a255123",
    ),
    ("node", 1): (
        152009728,
        "173c77f6c0a2f869d170b8ebde01adfc43ca50f77eb637b32e4d8a88532db281",
        "3bf57a5583170707e1bf7845a4099e1d98ad05f5f11d326fe4a5844459c9e199",
    ),
    ("yarn", 1): (
        5324800,
        "233032118ad25ebc0f56139b3c4f3635c4d3d96ff4122a29c3a57b2d04b0b25f",
        "4949fc874dca7aabaaabe35b346a3be878b35f95645557f18145634f274f1acc",
    ),
    ("nginx", 1): (
        76011520,
        "b4c35e1941d7ecacbbae1aa58ceaa82a2ef54dc7c2b6032962c904609a3115e8",
        "30bacecbf1ce9b5005dec359f7cd5f1bb8281c87e1dcfc7ad9f3404e0e09ef33",
    ),
    ("nginx-scripts", 1): (
        12288,
        "729190459200b0a39baf3203f62b9f57b63447da5bfe1fdb569460f97ff2aec1",
        "7d285d3e5159e7bbf5de2d6e03c908b20f4b1f6bacc41a7b39262c2f48312a86",
    ),
    ("redis-user", 1): (
        8704,
        "48c612a769fc6a3a22efbd990f17ced77a46d247a25d3c8cafdcb20ba2de2b92",
        "2df8b9c21e10c9b4d87d99924738a7ef43eacc1e84868d1d7744636ad104efd4",
    ),
    ("gosu", 1): (
        4205568,
        "47395e3bb0a44b307b8e8081f3f67edd25805edd7af5a76297e1b7c94bab5de3",
        "f43d67df5cc91a3de128e91a670cf8c924c736b4df34fddd19242a64e91a6ea2",
    ),
    ("redis", 1): (
        42003968,
        "6cccbc3873d3d2b89ef290e610cb8f7e80122382289f9892612541581f58c177",
        "d696acd640c26832cd40889acf9fe0d8071f252ea81ada2f83a45243eabf88f4",
    ),
    ("redis-script", 1): (
        7168,
        "993b7af2883bab7ff3f8f7c01905876b37b30bcd9599a6c526ed41b283dcce27",
        "c954290f0dd2e5d8ea2b82941be4454c000edb7c305d19e898127c9d2ade94dc",
    ),
    ("postgres-user", 1): (
        8704,
        "6c1ac3f799e8f2211c61ed0be3fa287a0cc418ac2e541df06cb0d76e78798f9c",
        "d051503a7363a8223fe3f209a2f21b62b566dddd3ef5427420eae16707c37acd",
    ),
    ("locale", 1): (
        25006080,
        "7ea912251072cfce38027bc31781c1e3d089866d6e5c33354a2a911c32e2b100",
        "ba59bb2973c0c6b29634f292e86cf8cd26318e6de0fa4692fcb7f67952454575",
    ),
    ("postgres", 1): (
        305011712,
        "b2bd6790c543b1c9fa4e8ee88863b828f921fa1c90186aa7bfed2e6eeeffbba6",
        "61e106ea44bc03d0147fb32e2b87deec27ee71e50da8b84c4b64a28b7aefe0c7",
    ),
    ("postgres-scripts", 1): (
        18944,
        "b2591cd0b07b31d2d48809e40758e5d43c41c08a3990ba12fb0b7753ed69398b",
        "fea87e8fddcb35e6ce36bcc4e1934104dee1f852e3b2676afd28cc4e9d05d5f8",
    ),
    ("busybox", 1): (
        4274688,
        "bfb77ec56db713082bd1692ed00644e0f33b314e72bf762fd582428cb4ad86c2",
        "3837bf99b9c1321f909cd5d1f9e22d4faa5183762ee30f77fb57064f5c49e99c",
    ),
    ("hello", 1): (
        15360,
        "2edc6912965318ddab614ad517879976bd3858556d3b793ba23002c289a20a81",
        "b9086dc0cf918be10f85538bf1d963523022fc0b9308cf1add4087956e8da02e",
    ),
}
