"""The requests that the child answers, and the models that it keeps."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from auditor.worker.inside.distilling import distilled
from auditor.worker.inside.loading import described, load, named_weights
from auditor.worker.inside.programs import program
from auditor.worker.inside.randomising import randomised
from auditor.worker.inside.running import Runner
from auditor.worker.memory import Block, Slot

_RUNNERS, _TEACHING_ROWS = 32, 1024


class Requests:
    """One `answer` per header. Models are kept by number, traced programs by model, task and shapes."""

    def __init__(self, threads: int = 1) -> None:
        """threads: how many batches may be computed side by side."""
        self._processors = ThreadPoolExecutor(threads)
        self._models: dict[int, Any] = {}
        self._twins: dict[int, int] = {}  # a randomised copy -> what it is a copy of
        self._spares: dict[int, tuple[Any, dict[str, Runner]]] = {}  # a model -> a copy given up, and its programs
        self._runners: OrderedDict[tuple[int, str], Runner] = OrderedDict()
        self._block: Block | None = None
        self._next = 0

    def answer(self, body: bytes, block: int | None) -> Mapping[str, Any]:
        """The reply to a header, with the descriptor of a new block where one came along."""
        request = json.loads(body)
        if block is not None:
            if self._block is not None:
                self._block.release()
            self._block = Block(block, request["block_bytes"])
        match request["verb"]:
            case "open":
                model, said = load(Path(request["file"]), request["format"])
                return {"handle": self._keep(model), **said}
            case "plan":
                return {"arrays": self._plan(request)}
            case "run":
                return self._run(request)
            case "distil":
                return self._distil(request)
            case "randomise":
                return {"handle": self._randomised(request)}
            case _:
                return self._forget(request["handle"])

    def _keep(self, model: Any) -> int:
        self._next += 1
        self._models[self._next] = model
        return self._next

    def _randomised(self, request: Mapping[str, Any]) -> int:
        """A randomised copy. One that was given up lends its traced programs, as tracing takes longer than running."""
        parent = request["handle"]
        model = randomised(self._models[parent], request["layers"], request["seed"])
        used, programs = self._spares.pop(parent, (model, {}))
        if used is not model:
            used.set_weights(model.get_weights())
        number = self._keep(used)
        self._twins[number] = parent
        for name, runner in programs.items():
            runner.undecide()
            self._runners[number, name] = runner
        return number

    def _forget(self, handle: int) -> Mapping[str, Any]:
        model, parent = self._models.pop(handle, None), self._twins.pop(handle, None)
        programs = {key[1]: self._runners.pop(key) for key in [key for key in self._runners if key[0] == handle]}
        self._spares.pop(handle, None)
        if parent in self._models:
            self._spares[parent] = model, programs
        return {"handle": handle}

    def _plan(self, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        task, model = request["task"], self._models[request["handle"]]
        if task["kind"] == "weights":
            weights = named_weights(model.layers[task["layer"]])
            return [_array(name, w.shape, np.dtype(_wide(w.dtype))) for name, w in weights.items()]
        runner = self._runner(request["handle"], task, request["shapes"])
        _, names = program(model, task)
        return [_array(n, a.shape[1:], a.dtype) for n, a in zip(names, runner.probe(), strict=True)]

    def _run(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        outputs = [self._view(slot) for slot in request["outputs"]]
        task = request["task"]
        if task["kind"] == "weights":
            weights = named_weights(self._models[request["handle"]].layers[task["layer"]])
            for target, weight in zip(outputs, weights.values(), strict=True):
                target[...] = weight.numpy()
            return {"compiled": None, "reason": "", "disagreement": None}
        inputs = [self._view(slot) for slot in request["inputs"]]
        runner = self._runner(request["handle"], task, [list(array.shape[1:]) for array in inputs])
        runner.run(inputs, outputs, request["batch"], request["pad"])
        choice = runner.choice
        return {"compiled": choice.compiled, "reason": choice.reason, "disagreement": choice.disagreement}

    def _distil(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        model, spec = self._models[request["handle"]], request["spec"]
        inputs = [np.array(self._view(slot)) for slot in request["inputs"]]
        runner = self._runner(request["handle"], {"kind": "evaluate"}, [list(array.shape[1:]) for array in inputs])
        scores = [np.empty((len(inputs[0]), *one.shape[1:]), one.dtype) for one in runner.probe()]
        runner.run(inputs, scores, _TEACHING_ROWS, pad=False)
        student, learnt = distilled(model, inputs, scores[spec["output"]], spec)
        return {"handle": self._keep(student), **described(student), **learnt}

    def _view(self, slot: Mapping[str, Any]) -> Any:
        if self._block is None:
            raise RuntimeError("no block was sent")
        return self._block.view(Slot("", tuple(slot["shape"]), slot["dtype"], slot["offset"]))

    def _runner(self, handle: int, task: Mapping[str, Any], shapes: Sequence[Sequence[int]]) -> Runner:
        key = (handle, json.dumps([task, shapes], sort_keys=True))
        if key not in self._runners:
            model = self._models[handle]
            dtypes = [_wide(str(tensor.dtype)) for tensor in model.inputs]
            dtypes += ["float32"] * (len(shapes) - len(dtypes))  # points to be taken at an embedding
            function, _ = program(model, task)
            specs = [(tuple(shape), dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]
            may_compile = task["kind"] not in ("gradient", "attention")
            self._runners[key] = Runner(function, specs, self._processors, may_compile=may_compile)
            if len(self._runners) > _RUNNERS:
                self._runners.popitem(last=False)
        self._runners.move_to_end(key)
        return self._runners[key]


def _wide(dtype: str) -> str:
    """The type in which numpy can hold an array; half precision travels as float32."""
    return "float32" if dtype in ("float16", "bfloat16") else dtype


def _array(name: str, shape: Sequence[int], dtype: np.dtype[Any]) -> dict[str, Any]:
    return {"name": name, "shape": list(shape), "dtype": str(dtype)}
