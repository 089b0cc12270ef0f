// Reads cards with the camera, by the browser's BarcodeDetector or by zxing from our own files.
import { normalize } from "./scanner.js";

const EVERY_MS = 120;
let stream = null;
let running = 0;
// The dialog's initial text, which explains the camera.
let why;

/** Opens the dialog. Requests permission only after its button, unless already granted. */
export async function open(dialog, found) {
  dialog.showModal();
  dialog.onclose = stopStream;
  dialog.querySelector("[data-camera-close]").onclick = () => dialog.close();
  dialog.querySelector("[data-camera-start]").onclick = () => start(dialog, found);
  why ??= dialog.querySelector("[data-camera-says]").textContent;
  say(dialog, why);
  if (await isAllowed()) start(dialog, found);
}

async function isAllowed() {
  const answer = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  return answer?.state === "granted";
}

async function start(dialog, found) {
  say(dialog, dialog.dataset.starting);
  const turn = ++running;
  try {
    const video = await startVideo(dialog);
    const read = await loadReader(dialog);
    await watch(dialog, video, read, turn, found);
  } catch (error) {
    stopStream();
    say(dialog, reason(dialog, error));
  }
}

async function startVideo(dialog) {
  const wish = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
  stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
  if (!dialog.open) return stopStream();
  const video = dialog.querySelector("video");
  video.srcObject = stream;
  dialog.querySelector("[data-camera-start]").hidden = true;
  await video.play();
  return video;
}

async function loadReader(dialog) {
  const formats = (await window.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video)).map((hit) => hit.rawValue);
  }
  await loadScript(dialog.dataset.zxing);
  window.ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => dialog.dataset.zxingWasm } });
  const canvas = document.createElement("canvas");
  return (video) => readFrame(canvas, video);
}

function loadScript(address) {
  if (window.ZXingWASM) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: address, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

async function readFrame(canvas, video) {
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0);
  const frame = context.getImageData(0, 0, canvas.width, canvas.height);
  const options = { formats: ["QRCode"], tryHarder: false, maxNumberOfSymbols: 1 };
  return (await window.ZXingWASM.readBarcodes(frame, options)).map((hit) => hit.text);
}

async function watch(dialog, video, read, turn, found) {
  while (dialog.open && turn === running) {
    const texts = video.videoWidth ? await read(video) : [];
    const code = texts.map(normalize).find(Boolean);
    if (code && dialog.open) {
      if (dialog.dataset.beep !== "off") beep();
      dialog.close();
      return found(code);
    }
    if (texts.length) say(dialog, dialog.dataset.foreign);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

function stopStream() {
  running++;
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  for (const video of document.querySelectorAll("#camera video")) video.srcObject = null;
  for (const button of document.querySelectorAll("[data-camera-start]")) button.hidden = false;
}

function reason(dialog, error) {
  const words = dialog.dataset;
  if (error?.name !== "NotAllowedError") return words.missing;
  return matchMedia("(display-mode: standalone)").matches ? words.blockedStandalone : words.blocked;
}

function say(dialog, words) {
  const says = dialog.querySelector("[data-camera-says]");
  if (says.textContent !== words) says.textContent = words;
}

function beep() {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  tone.frequency.value = 1760;
  tone.connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.08);
  tone.onended = () => audio.close();
}
