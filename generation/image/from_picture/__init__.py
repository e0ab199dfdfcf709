"""How a picture enters a graph of ComfyUI's: one of the gallery that others are made from, or a photo that somebody brought along.

What draws from a picture (variations, image to image, a second pass, somebody put into a picture, mending) uses three things:

* `Start` (start.py): what a generation begins with. `picture` and `mask` are files of ours (the mask white where something is drawn,
  None for everywhere; both of one size), `change` is how much is drawn anew (ComfyUI's denoise, 0 to 1), `made_from` the record's,
  `people` the ids of whoever is in the picture, so that forgetting one of them finds what was made of it. `gallery_start` makes one of
  a picture of the gallery.
* `GenerationService.create(..., start=Start(...))` puts copies of the two files into the new generation's own folder
  (outputs/<id>/from/, core/generations/picture_sources.py) before anything is sent. There they are as long as what was made of
  them: in the trash with it, erased with it. The picture is drawn at the request's width and height.
* `starting(graph, masked=…, shown=…)` (rewiring.py) makes of any recipe's graph one that starts from the picture: our node
  IsengardPicture gives picture, mask and change; the empty latent becomes the encoded picture, the sampler's denoise the change.
  `masked`: noise goes into the mask alone (SetLatentNoiseMask, DifferentialDiffusion) and all else is the original's pixel for
  pixel (ImageCompositeMasked). `shown`: an edit model also looks at the picture (ReferenceLatent). Core nodes of ComfyUI 0.3.75
  besides ours. InvalidError `recipe_without_start` for a graph that cannot.

ComfyUI's input folder is never written to: the node reads from the data folder that ComfyUI shares with us, by the order's save
ticket, which is worth nothing once the pictures are there. On the canvas its field takes `gen_…/0` (a picture of the gallery)
or `gen_…` (what that generation was made from), or an image is connected.
"""
