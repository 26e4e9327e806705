/** The short codes that apps use most. */

const EMOJI = {
  "+1": "👍", "-1": "👎", alarm_clock: "⏰", arrow_down: "⬇️", arrow_right: "➡️", arrow_up: "⬆️",
  arrow_upper_right: "↗️", arrow_lower_right: "↘️", bar_chart: "📊", bell: "🔔", no_bell: "🔕",
  blue_heart: "💙", bulb: "💡", busts_in_silhouette: "👥", calendar: "📆", chart_with_downwards_trend: "📉",
  chart_with_upwards_trend: "📈", checkered_flag: "🏁", clap: "👏", clipboard: "📋", clock1: "🕐", clock9: "🕘",
  coffee: "☕", crown: "👑", dart: "🎯", date: "📅", earth_africa: "🌍", exclamation: "❗", eyes: "👀",
  file_folder: "📁", fire: "🔥", first_place_medal: "🥇", gear: "⚙️", gift: "🎁", hammer_and_wrench: "🛠️",
  heart: "❤️", heavy_check_mark: "✔️", herb: "🌿", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  information_source: "ℹ️", key: "🔑", large_blue_circle: "🔵", large_green_circle: "🟢",
  large_orange_circle: "🟠", large_yellow_circle: "🟡", link: "🔗", lock: "🔒", mag: "🔍", medal: "🏅",
  megaphone: "📣", memo: "📝", mortar_board: "🎓", moon: "🌙", mute: "🔇", muscle: "💪", new: "🆕",
  ok: "🆗", ok_hand: "👌", page_facing_up: "📄", partying_face: "🥳", point_right: "👉", pray: "🙏",
  printer: "🖨️", pushpin: "📌", question: "❓", raised_hands: "🙌", red_circle: "🔴", repeat: "🔁",
  robot_face: "🤖", rocket: "🚀", round_pushpin: "📍", school: "🏫", second_place_medal: "🥈", seedling: "🌱",
  shrug: "🤷", sleeping: "😴", slightly_smiling_face: "🙂", smile: "😄", snowflake: "❄️", sparkles: "✨",
  speaker: "🔈", star: "⭐", star2: "🌟", sunny: "☀️", sunrise: "🌅", tada: "🎉", thinking_face: "🤔",
  third_place_medal: "🥉", thumbsdown: "👎", thumbsup: "👍", trophy: "🏆", warning: "⚠️", wave: "👋",
  white_check_mark: "✅", white_circle: "⚪", wrench: "🔧", x: "❌", zap: "⚡", zzz: "💤",
};

/** The character for a short code without its colons; the code itself where it is not known. */
export function emoji(code) {
  return Object.hasOwn(EMOJI, code) ? EMOJI[code] : `:${code}:`;
}

/** A text in which every known `:code:` is replaced. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (_, code) => emoji(code));
}
